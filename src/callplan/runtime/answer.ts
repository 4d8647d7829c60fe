import { BranchlineError, delay, type Clock } from '../../core/index.js';
import type { Leg } from '../../telephony/index.js';
import { callPlanErrors } from '../errors.js';
import { orAborted } from './abort.js';

/** A line that has not answered a call by then will not; SIP's ACK is due within 32 s (RFC 3261 §13.3.1.4). */
const ANSWER_MS = 35_000;

/** Answers the A-party's leg unless it is answered, and waits until the line has done it. */
export async function answerLeg(leg: Leg, clock: Clock, signal: AbortSignal): Promise<void> {
  if (leg.state === 'answered') return;
  const over = new AbortController();
  const answered = new Promise<'answered'>((resolve) => leg.events.once('answered', () => resolve('answered')));
  const late = delay(clock, ANSWER_MS, over.signal).then(
    () => 'late' as const,
    () => 'late' as const,
  );
  leg.answer();
  const first = await orAborted(Promise.race([answered, late]), signal).finally(() => over.abort());
  if (first === 'late')
    throw new BranchlineError(callPlanErrors.noAnswerFromLine, `The line did not answer within ${ANSWER_MS / 1000} s`, {
      context: { legId: leg.id },
    });
}
