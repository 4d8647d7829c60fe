// What every call of these scenarios goes through once somebody has been answered or has answered.
import { check, pause } from './guest.js';
import { heardIn, mustHearPrompt, mustHearTone } from './listening.js';
import type { Party } from './party.js';

export interface PromptAndB {
  /** Of the checks and the recordings. */
  readonly name: string;
  readonly prompt: Float64Array;
  readonly a: Party;
  readonly b: Party;
  /** The B-party's number, as it is dialled. */
  readonly number: string;
  /** What goes on while they talk; absent: nothing for three seconds. */
  readonly meanwhile?: () => Promise<void>;
}

const TALK_MS = 3000;

/** The file that a party's hearing of a call is kept in. */
export function recordingOf(name: string, what: 'prompt' | 'a' | 'b'): string {
  return `${name.toLowerCase().replaceAll(/[, ]+/g, '-')}-${what}.wav`;
}

/** A, whose recording has begun, hears the prompt; B is called; both talk; A hangs up. */
export async function promptThenB(call: PromptAndB): Promise<void> {
  const { name, prompt, a, b } = call;
  await check(`${name}: the B-party is called and answers`, () => b.takeCall(call.number));
  a.stopRecording();
  await pause(300);
  await check(`${name}: the prompt is heard whole at the far end`, () => mustHearPrompt(prompt, heardIn(recordingOf(name, 'prompt'))));
  await talk(call);
  await check(`${name}: A hears B without a gap`, () => mustHearTone(heardIn(recordingOf(name, 'a')), 620));
  await check(`${name}: B hears A without a gap`, () => mustHearTone(heardIn(recordingOf(name, 'b')), 1004));
  a.hangUp();
  await check(`${name}: when A hangs up both lines are cleared`, async () => {
    await Promise.all([a.cleared(), b.cleared()]);
  });
}

/** Both speak a tone of their own, each records the other. */
async function talk({ name, a, b, meanwhile = () => pause(TALK_MS) }: PromptAndB): Promise<void> {
  a.tone(1004);
  b.tone(620);
  await pause(500);
  a.record(recordingOf(name, 'a'));
  b.record(recordingOf(name, 'b'));
  await meanwhile();
  for (const party of [a, b]) {
    party.stopRecording();
    party.quiet();
  }
  await pause(300);
}
