import { constants } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const TEMPORARY = '.tmp';
const PREVIOUS = '.previous';

/** A file that stands in its place, and can be taken back until the database knows of it. */
export interface PlacedFile {
  /** The database knows: what it replaced goes. */
  keep(): Promise<void>;
  /** The database does not: the file goes, and what it replaced comes back. */
  undo(): Promise<void>;
}

/**
 * Puts `content` at `file` so that a power cut leaves the old or the new whole file: written beside it, synced, renamed, the folder synced. Calls
 * that play the old one keep it open until they end.
 */
export async function placeFile(file: string, content: Buffer): Promise<PlacedFile> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const [temporary, previous] = [`${file}${TEMPORARY}`, `${file}${PREVIOUS}`];
  await rm(previous, { force: true });
  try {
    await writeSynced(temporary, content);
    const replaces = await exists(file);
    if (replaces) await link(file, previous);
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
    return {
      keep: () => rm(previous, { force: true }),
      undo: async () => {
        if (replaces) await rename(previous, file);
        else await rm(file, { force: true });
        await syncFolder(path.dirname(file));
      },
    };
  } catch (error) {
    await rm(temporary, { force: true });
    await rm(previous, { force: true });
    throw error;
  }
}

/** Removes every file below `root` that is not among `known` (absolute paths); answers those it removed. */
export async function sweep(root: string, known: ReadonlySet<string>): Promise<readonly string[]> {
  if (!(await exists(root))) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const orphans = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const unknown = orphans.filter((file) => !known.has(file));
  for (const file of unknown) await rm(file, { force: true });
  return unknown;
}

/** Bytes of a file; null where it does not exist. */
export async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeSynced(file: string, content: Buffer): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return (await sizeOf(file)) !== null;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
