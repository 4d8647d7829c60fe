import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

/** Licences that may be joined with GPL-3.0-or-later in what is shipped. MPL-2.0 and what only builds or tests may use are apart. */
const SHIPPED = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '(MIT OR WTFPL)',
  '(BSD-2-Clause OR MIT OR Apache-2.0)',
];
const DEVELOPMENT = [...SHIPPED, 'MPL-2.0'];

/** What a source file's SPDX line must say, by its folder. Files that may be linked with libpri (GPL-2.0-only) say GPL-2.0-or-later. */
const NATIVE: readonly (readonly [RegExp, string])[] = [
  [/^native\/(realtime|common|country|channel|isdn|isdnd)\//, 'GPL-2.0-or-later'],
  [/^native\/test\/(main\.cpp|isdnd_|dahdi\/(far_|network_))/, 'GPL-2.0-or-later'],
  [/^native\/audio\/(frame|media_port|leg_owner|engine|detector_settings|conference\/member_role)\.hpp$/, 'GPL-2.0-or-later'],
  [/^native\//, 'GPL-3.0-or-later'],
];

interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
}

describe('licences', () => {
  it('of npm packages are on the list for what they are used for', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { readonly packages: Readonly<Record<string, LockedPackage>> };
    const wrong = Object.entries(lock.packages)
      .filter(([name, { license = 'none', dev = false }]) => name !== '' && !(dev ? DEVELOPMENT : SHIPPED).includes(license))
      .map(([name, { license }]) => `${name}: ${license ?? 'none'}`);
    expect(wrong).toEqual([]);
  });

  it('of C++ files stand in their first line and fit the process they are linked into', () => {
    const files = execFileSync('git', ['ls-files', 'native/*.cpp', 'native/*.hpp'], { encoding: 'utf8' }).trim().split('\n');
    expect(files.length).toBeGreaterThan(50);
    const wrong = files.filter((file) => {
      const wanted = NATIVE.find(([pattern]) => pattern.test(file))?.[1] ?? '';
      return !readFileSync(file, 'utf8').startsWith(`// SPDX-License-Identifier: ${wanted}`);
    });
    expect(wrong).toEqual([]);
  });
});
