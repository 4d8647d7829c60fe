// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import type { NativeAddon } from '../addon/addon.js';

const NATIVE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const ADDON_FILE = process.env['BRANCHLINE_ADDON'] ?? path.resolve(NATIVE, '../build/release/addon/branchline.node');
const addon = createRequire(import.meta.url)(ADDON_FILE) as NativeAddon;
const border = ['addon', 'answer', 'conference', 'isdn', 'line_tests', 'virtual_card']
  .map((name) => readFileSync(path.join(NATIVE, `addon/${name}.d.ts`), 'utf8'))
  .join('\n');

/** Members of an interface of addon.d.ts, by name. */
function membersOf(name: string): string[] {
  const body = border.split(new RegExp(`export interface ${name} (?:extends [\\w, ]+ )?{`))[1]?.split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(?:]/gm)].map((match) => match[1] ?? '');
}

it('the add-on has the functions that addon.d.ts lists, and no others', async () => {
  expect(Object.keys(addon).sort()).toEqual(membersOf('NativeAddon').sort());
  const engine = addon.createEngine({ stepped: true, realtimePriority: false, maxHandles: 16 }, () => {});
  expect(Object.keys(engine).sort()).toEqual(
    [
      ...membersOf('NativeEngine'),
      ...membersOf('ConferenceCalls'),
      ...membersOf('IsdnEngine'),
      ...membersOf('BearerTestCalls'),
      ...membersOf('VirtualCardCalls'),
    ].sort(),
  );
  expect(Object.keys(engine.counters()).sort()).toEqual(membersOf('EngineCounters').sort());
  await engine.close();
});

it('events that C++ posts are events that addon.d.ts lists, and the other way round', () => {
  const sources = ['audio', 'analogue', 'channel', 'isdn', 'sip'].flatMap((folder) =>
    readdirSync(path.join(NATIVE, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.cpp'))
      .map((file) => readFileSync(path.join(NATIVE, folder, file), 'utf8')),
  );
  const listed = new Set([...border.matchAll(/readonly type: '(\w+)'/g)].map((match) => match[1]));
  expect(listed.size).toBeGreaterThan(10);
  const quoted = new Set(sources.flatMap((source) => [...source.matchAll(/"(\w+)"/g)].map((match) => match[1])));
  expect([...listed].filter((type) => !quoted.has(type))).toEqual([]);
  const posted = sources.flatMap((source) => [...source.matchAll(/(?:\.type = |\bpost\(\{?\s*|\btell\()"(\w+)"/g)].map((match) => match[1]));
  expect(posted.length).toBeGreaterThan(listed.size);
  expect(posted.filter((type) => !listed.has(type))).toEqual([]);
});
