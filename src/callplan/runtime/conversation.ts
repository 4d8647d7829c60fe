import { BranchlineError, delay } from '../../core/index.js';
import type { Leg } from '../../telephony/index.js';
import { callPlanErrors } from '../errors.js';
import { NORMAL_CLOSING, type NodeContext, type NodeResult } from '../node-definition.js';
import { orAborted } from './abort.js';
import type { Ringback } from './ringback.js';

/** Between the bridge telling that a leg of it is gone and that leg telling why. */
const LEG_GONE_MS = 1000;

/**
 * Joins the A-party with a B-party that has answered until one of them leaves. B leaving ends the plan and clears A with 16 (normal clearing);
 * A leaving aborts, and clears B on the way out.
 */
export async function converse(ctx: NodeContext<unknown>, bLeg: Leg, ringback: Ringback): Promise<NodeResult> {
  try {
    await ctx.answerA();
    const bridge = ringback.connect(bLeg);
    // What the parties key to each other is theirs: card numbers are no business of the trace.
    ctx.digits.close();
    ctx.media.detectDigits(ctx.aLeg, false);
    ctx.trace('bridge.opened', { legId: bLeg.id });
    const bEnded = bLeg.whenEnded();
    try {
      await orAborted(Promise.race([bEnded, bridge.ended]), ctx.signal);
      const end = await endOf(ctx, bLeg);
      ctx.trace('bridge.closed', { legId: bLeg.id, q850: end.q850, by: end.by });
    } finally {
      bridge.close();
    }
    return { kind: 'end', reason: 'bPartyCleared', detail: 'The B-party hung up', closing: NORMAL_CLOSING };
  } finally {
    bLeg.clear(16);
  }
}

async function endOf(ctx: NodeContext<unknown>, bLeg: Leg) {
  const over = new AbortController();
  const lost = delay(ctx.clock, LEG_GONE_MS, over.signal).then(
    () => null,
    () => null,
  );
  const end = await orAborted(Promise.race([bLeg.whenEnded(), lost]), ctx.signal).finally(() => over.abort());
  if (end === null)
    throw new BranchlineError(callPlanErrors.bridgeLost, 'The bridge of two parties who still talk is gone', { context: { legId: bLeg.id } });
  return end;
}
