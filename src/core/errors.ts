/**
 * Who has to act: `operational` — the world did it (a line is down, a disk is full); `user` — the caller is told what to change;
 * `unexpected` — a bug of ours.
 */
export type ErrorKind = 'operational' | 'user' | 'unexpected';

/** One line of a room's table of errors. `id` is never used again, even when the error is retired. */
export interface ErrorCode {
  /** "BL3004": the first digit is the room's range. */
  readonly id: string;
  /** What programs compare: "serviceNumberUnknown". */
  readonly name: string;
  readonly kind: ErrorKind;
}

/** A problem with one place of the input: `path` as a JSON pointer ("/nodes/3/branches/Continue"), `message` says what to change. */
export interface InputProblem {
  readonly path: string;
  readonly message: string;
}

/**
 * Makes a room's table of errors. `range` is the room's thousand; keys are the names, values the offset in the range and the kind.
 *
 * Ranges: 1 core, 2 config, 3 store, 4 accounts, 5 telephony, 6 media and lines, 7 callplan, 8 scheduler, 9 api, 10 health, 11 cli, 12 cards.
 */
export function errorCodes<const T extends Readonly<Record<string, readonly [number, ErrorKind]>>>(
  range: number,
  table: T,
): { readonly [K in keyof T]: ErrorCode } {
  const entries = Object.entries(table).map(([name, [offset, kind]]) => [name, { id: `BL${range * 1000 + offset}`, name, kind }]);
  return Object.fromEntries(entries) as { readonly [K in keyof T]: ErrorCode };
}

/** The one error class. The code's id stands at the end of the message, which is what people paste. */
export class BranchlineError extends Error {
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  /** For input: each place that is wrong. */
  readonly problems: readonly InputProblem[];

  constructor(
    code: ErrorCode,
    message: string,
    details: { context?: Readonly<Record<string, unknown>>; problems?: readonly InputProblem[]; cause?: unknown } = {},
  ) {
    super(`${message} (${code.id})`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BranchlineError';
    this.code = code;
    this.context = details.context ?? {};
    this.problems = details.problems ?? [];
  }
}

export const coreErrors = errorCodes(1, {
  bug: [1, 'unexpected'],
  nativeMissing: [3, 'operational'],
  nativeVersion: [4, 'operational'],
  cannotListen: [7, 'operational'],
});

/** For the `default` of a switch that must be exhaustive: fails to compile when a case is missing, throws when data lied. */
export function unreachable(value: never): never {
  throw new BranchlineError(coreErrors.bug, `Unexpected value ${JSON.stringify(value)}`);
}
