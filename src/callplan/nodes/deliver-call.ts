import { Type, type Static } from 'typebox';

import type { Outcome } from '../../core/index.js';
import type { DialResult } from '../../telephony/index.js';
import { defineNode, leaveBy, type BranchDefinition, type Closing, type NodeContext, type NodeResult } from '../node-definition.js';
import { destinationProperty, property } from '../properties.js';
import { converse } from '../runtime/conversation.js';
import { cliForB } from '../runtime/cli-for-b.js';
import { Ringback } from '../runtime/ringback.js';

const ringSeconds = property(Type.Integer({ minimum: 5, maximum: 300 }), {
  description: 'How long it rings before the next one, or Ring No Reply',
  default: 20,
});

const settings = Type.Object(
  {
    destination: destinationProperty('Whom to call'),
    ringSeconds,
    furtherDestinations: Type.Array(
      Type.Object({ destination: destinationProperty('Whom to call next'), ringSeconds }, { additionalProperties: false }),
      { maxItems: 9, default: [], description: 'Tried in order when the one before is engaged or does not reply' },
    ),
  },
  { additionalProperties: false },
);
type Settings = Static<typeof settings>;
interface Candidate {
  readonly destination: string;
  readonly ringSeconds: number;
}

/** A destination was not reached: why, as far as it is known. */
type Unreached = Pick<DialResult, 'outcome' | 'q850'>;

/** Engaged and no reply go on to the next destination (platform.md §6.10). */
const TRY_NEXT: ReadonlySet<Outcome> = new Set(['busy', 'noAnswer']);

const optional = (name: string, unconnected: Closing): BranchDefinition => ({ name, mandatory: false, unconnected });

/** Connects the A-party to a destination (platform.md §3, §6.10). The A-party of an inbound call is answered only when the B-party answers. */
export const deliverCallNode = defineNode({
  type: 'Deliver Call',
  typeVersion: 1,
  summary: 'Calls a destination, and up to nine further ones, and joins the caller with whoever answers.',
  settings,
  needs: 'nothing',
  telephonyInteraction: true,
  entry: null,
  inSubPlans: true,
  branches: () => [
    optional('Ring No Reply', closingOf({ outcome: 'noAnswer', q850: 19 })),
    optional('Busy', closingOf({ outcome: 'busy', q850: 17 })),
    optional('Other', closingOf({ outcome: 'failed', q850: 41 })),
  ],
  run: async (ctx) => {
    const ringback = new Ringback(ctx.aLeg, ctx.media);
    try {
      let last: Unreached = { outcome: 'failed', q850: 41 };
      for (const candidate of candidatesOf(ctx.settings)) {
        const result = await tryCandidate(ctx, candidate, ringback);
        if ('leg' in result && result.leg !== null) return await converse(ctx, result.leg, ringback);
        last = result;
        if (!TRY_NEXT.has(result.outcome)) break;
      }
      return unreached(last);
    } finally {
      ringback.stop();
    }
  },
});

function candidatesOf(given: Settings): readonly Candidate[] {
  return [{ destination: given.destination, ringSeconds: given.ringSeconds }, ...given.furtherDestinations];
}

async function tryCandidate(ctx: NodeContext<Settings>, candidate: Candidate, ringback: Ringback): Promise<DialResult | Unreached> {
  const to = ctx.readAddress(candidate.destination);
  if (to === null) {
    ctx.trace('deliver.unreadable', { destination: candidate.destination });
    return { outcome: 'unobtainable', q850: 28 };
  }
  ctx.trace('deliver.dialling', { destination: candidate.destination, ringSeconds: candidate.ringSeconds });
  ringback.start();
  const startAt = ctx.clock.now();
  const { cli, diversion } = cliForB(ctx.call.identity, ctx.aLeg.details.cli);
  let legs = 0;
  const result = await ctx.dialler.dial({
    to,
    cli,
    ...(diversion === null ? {} : { diversion }),
    ringSeconds: candidate.ringSeconds,
    signal: ctx.signal,
    onLeg: (leg) => {
      legs += 1;
      ctx.call.addLeg(leg, 2, ctx.aLeg.id);
      ringback.follow(leg);
    },
  });
  ctx.trace('deliver.outcome', {
    destination: candidate.destination,
    outcome: result.outcome,
    q850: result.q850,
    sipStatus: result.sipStatus,
    detail: result.detail,
    tries: result.tries.map(({ trunkName, q850, notCarried }) => ({ trunkName, q850, notCarried })),
  });
  if (legs === 0 && result.outcome !== 'cancelled') accountForNoLeg(ctx, candidate, result, startAt);
  return result;
}

/** A destination that no line could even try is accounted for too (DESIGN.md §6.6). */
function accountForNoLeg(ctx: NodeContext<Settings>, candidate: Candidate, result: DialResult, startAt: number): void {
  const { identity } = ctx.call;
  ctx.call.addUnconnected(2, {
    to: candidate.destination,
    from: identity.presentationNumber ?? identity.serviceNumber,
    startAt,
    endAt: ctx.clock.now(),
    q850: result.q850,
    data: { outcome: result.outcome, detail: result.detail },
  });
}

function unreached(last: Unreached): NodeResult {
  return leaveBy(branchOf(last.outcome), closingOf(last));
}

function branchOf(outcome: Outcome): string {
  if (outcome === 'noAnswer') return 'Ring No Reply';
  return outcome === 'busy' ? 'Busy' : 'Other';
}

/** What the A-party hears, and the cause it is cleared with, where the branch leads nowhere. */
function closingOf({ outcome, q850 }: Unreached): Closing {
  switch (outcome) {
    case 'busy':
      return { tone: 'busy', q850: 17 };
    case 'rejected':
      return { tone: 'busy', q850: 21 };
    case 'noAnswer':
      return { tone: 'congestion', q850: 19 };
    case 'unobtainable':
      return { tone: 'unobtainable', q850: q850 || 1 };
    case 'congestion':
      return { tone: 'congestion', q850: q850 || 34 };
    case 'answered':
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return { tone: 'congestion', q850: 41 };
  }
}
