import { BranchlineError, delay } from '../../core/index.js';
import type { PlayEnd } from '../../telephony/index.js';
import { callPlanErrors } from '../errors.js';
import type { NodeContext } from '../node-definition.js';
import type { AudioPart } from '../ports.js';
import { orAborted } from './abort.js';
import type { Expectation } from './digit-collector.js';

export const ALL_KEYS = '0123456789*#';
/** The engine tells "stopped by key" and the line tells the digit, in either order; they are never further apart than this. */
const KEY_AND_DIGIT_MS = 500;
/** Between the audio telling that the leg is gone and the line telling why. */
const LEG_GONE_MS = 5000;

/** What became of a prompt. */
export interface Heard {
  /** The key that ended it; null: it was heard to its end. */
  readonly digit: string | null;
  /** It could not be played; the trace says why. */
  readonly failed: boolean;
}

/**
 * Plays audio files, by slug, to the A-party until they have ended or one of `keys` is pressed. A file that is gone is traced and left out: a
 * caller is better served by a plan that goes on than by silence.
 */
export async function playPrompt(ctx: NodeContext<unknown>, audio: string | readonly string[], keys: string): Promise<Heard> {
  const files = filesOf(ctx, audio);
  return files.length === 0 ? { digit: null, failed: true } : playFiles(ctx, files, keys);
}

/** Plays files to the A-party until they have ended or one of `keys` is pressed. */
export async function playFiles(ctx: NodeContext<unknown>, files: readonly AudioPart[], keys: string): Promise<Heard> {
  const expectation = ctx.digits.expect((digit) => keys.includes(digit));
  const playback = ctx.media.play(
    ctx.aLeg,
    files.map((file) => file.path),
    keys === '' ? {} : { stopKeys: keys },
  );
  try {
    const ended = playback.ended.then((end) => ({ digit: null, end }));
    const pressed = expectation.digit.then((digit) => ({ digit, end: null }));
    const first = await orAborted(Promise.race([pressed, ended]), ctx.signal);
    const digit = first.end?.reason === 'key' ? await digitOfKey(ctx, expectation) : first.digit;
    playback.stop();
    return report(ctx, files, first.end ?? (await orAborted(playback.ended, ctx.signal)), digit);
  } finally {
    expectation.cancel();
    playback.stop();
  }
}

/** The next digit within `milliseconds`; null where none came. */
export async function awaitDigit(ctx: NodeContext<unknown>, milliseconds: number): Promise<string | null> {
  const waiting = ctx.digits.take();
  if (waiting !== null) return waiting;
  const expectation = ctx.digits.expect(() => true);
  try {
    return await digitWithin(ctx, expectation, milliseconds);
  } finally {
    expectation.cancel();
  }
}

async function digitOfKey(ctx: NodeContext<unknown>, expectation: Expectation): Promise<string | null> {
  return digitWithin(ctx, expectation, KEY_AND_DIGIT_MS);
}

async function digitWithin(ctx: NodeContext<unknown>, expectation: Expectation, milliseconds: number): Promise<string | null> {
  const over = new AbortController();
  const time = delay(ctx.clock, milliseconds, over.signal).then(
    () => null,
    () => null,
  );
  try {
    return await orAborted(Promise.race([expectation.digit, time]), ctx.signal);
  } finally {
    over.abort();
  }
}

function filesOf(ctx: NodeContext<unknown>, audio: string | readonly string[]): readonly AudioPart[] {
  const slugs = typeof audio === 'string' ? [audio] : audio;
  return slugs.flatMap((slug) => {
    const path = ctx.audioFile(slug);
    if (path === null) ctx.trace('audio.missing', { audioFile: slug });
    return path === null ? [] : [{ name: slug, path }];
  });
}

async function report(ctx: NodeContext<unknown>, files: readonly AudioPart[], end: PlayEnd, digit: string | null): Promise<Heard> {
  if (end.reason === 'legEnded') await legGone(ctx);
  ctx.trace('audio.played', { audioFiles: files.map((file) => file.name), playedMs: end.playedMs, reason: end.reason, digit, detail: end.detail });
  return { digit, failed: end.reason === 'error' };
}

/** The audio ends a moment before the line tells why; the run ends by the line's word. */
async function legGone(ctx: NodeContext<unknown>): Promise<never> {
  await delay(ctx.clock, LEG_GONE_MS, ctx.signal);
  throw new BranchlineError(callPlanErrors.playbackLost, 'The audio of the A-party is gone though its leg lives', {
    context: { legId: ctx.aLeg.id },
  });
}
