import { BranchlineError } from '../core/index.js';
import { storeErrors } from './errors.js';

/** Where a list goes on: the sort key of a page's last row. */
export type CursorKey = readonly (string | number)[];

/** An opaque `after` from a list's name and a sort key. */
export function encodeCursor(list: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url');
}

/**
 * The sort key in an `after`. `lowest` gives the form: as many parts, of the same types. Throws `badCursor` for anything that this list did
 * not hand out.
 */
export function decodeCursor(list: string, after: string, lowest: CursorKey): CursorKey {
  const parts = parse(after);
  const key = parts?.slice(1) ?? [];
  const fits = parts?.[0] === list && key.length === lowest.length && key.every((part, index) => isLike(part, lowest[index]));
  if (!fits) {
    throw new BranchlineError(
      storeErrors.badCursor,
      '"after" is not a cursor of this list: pass the "after" of the page before, unchanged, or leave it out',
      {
        context: { list },
        problems: [{ path: '/after', message: 'Pass the "after" of the page before, or leave it out.' }],
      },
    );
  }
  return key as CursorKey;
}

function parse(after: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isLike(part: unknown, example: string | number | undefined): boolean {
  return typeof part === typeof example && (typeof part !== 'number' || Number.isSafeInteger(part));
}
