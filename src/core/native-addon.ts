import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { NativeAddon } from '../../native/addon/addon.js';
import { BranchlineError, coreErrors } from './errors.js';
import { PACKAGE_ROOT } from './package-root.js';

/** Version of `native/addon/addon.d.ts` that src/ is written against. */
export const BORDER_VERSION = 1;

const BUILT_AT = path.join('build', 'release', 'addon', 'branchline.node');
const HOW_TO_BUILD = '`npm start` builds it; by hand: `cmake --preset release && cmake --build --preset release`, in native/';

/**
 * Loads the native add-on: `file`, else the file that BRANCHLINE_ADDON names (a sanitizer build), else the release build of this package. Throws
 * `nativeMissing` where it is not there or cannot be loaded, `nativeVersion` where it was built for another border; both say how to build it.
 */
export function loadNativeAddon(file: string = process.env['BRANCHLINE_ADDON'] ?? path.join(PACKAGE_ROOT, BUILT_AT)): NativeAddon {
  if (!existsSync(file)) throw new BranchlineError(coreErrors.nativeMissing, `The native add-on is not at ${file}. ${HOW_TO_BUILD}.`);
  const addon = load(file);
  if (addon.borderVersion !== BORDER_VERSION) {
    throw new BranchlineError(
      coreErrors.nativeVersion,
      `The native add-on at ${file} has border version ${addon.borderVersion}, this service wants ${BORDER_VERSION}. Build it again: ${HOW_TO_BUILD}.`,
    );
  }
  return addon;
}

/** The program isdnd, which lies beside the add-on: in a folder of the build, or in the same folder where both are installed. */
export function findIsdnd(addonFile: string = process.env['BRANCHLINE_ADDON'] ?? path.join(PACKAGE_ROOT, BUILT_AT)): string {
  const folder = path.dirname(path.resolve(addonFile));
  const places = [path.join(folder, 'isdnd'), path.join(folder, '..', 'isdnd', 'isdnd')];
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new BranchlineError(coreErrors.nativeMissing, `The program isdnd is neither at ${places.join(' nor at ')}. ${HOW_TO_BUILD}.`);
  return found;
}

function load(file: string): NativeAddon {
  try {
    return createRequire(import.meta.url)(path.resolve(file)) as NativeAddon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BranchlineError(coreErrors.nativeMissing, `The native add-on at ${file} cannot be loaded: ${reason}. ${HOW_TO_BUILD}.`, { cause });
  }
}
