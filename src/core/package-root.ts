import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, from wherever its code lies: in src/ as it was written, in dist/ as it was bundled. */
export const PACKAGE_ROOT = rootAbove(path.dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  const parent = path.dirname(folder);
  // At the file system's root there is nothing more to try; what is looked for below it is then not found, and that is told.
  return existsSync(path.join(folder, 'package.json')) || parent === folder ? folder : rootAbove(parent);
}
