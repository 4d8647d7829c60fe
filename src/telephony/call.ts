import type { Leg, LegEnd } from './leg.js';

/** Who a call is for and where it came from; what its CDRs and its run need to know. */
export interface CallIdentity {
  readonly id: string;
  readonly accountId: string;
  readonly origin: 'inbound' | 'scheduled';
  readonly serviceNumberId: string | null;
  /** E.164; the called number of the whole call. */
  readonly serviceNumber: string;
  readonly requestId: string | null;
  readonly attemptId: string | null;
  /** Number presented to B-parties of a Scheduled Call (DESIGN.md §6.8); inbound: null, A's own CLI is presented. */
  readonly presentationNumber: string | null;
}

/** An accountable event of a call which is not a leg (types 7, 26, 27, custom). */
export interface AccountableEvent {
  readonly callType: number;
  readonly from: string;
  readonly to: string;
  readonly startAt: number;
  readonly endAt: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * One live call: the legs that belong together, its CDRs and its trace. Made by telephony for an inbound leg, and by the scheduler for an attempt.
 * Legs that were added are accounted for by themselves: each writes its CDR when it ends.
 */
export interface Call {
  readonly identity: CallIdentity;
  readonly startAt: number;
  /** The calling party; null until a Scheduled Call's First Party has a leg. */
  readonly aLeg: Leg | null;
  readonly legs: readonly Leg[];
  /** 1 inbound A-leg, 167 First Party, 2 outdial. `parentId`: the leg it was made for. */
  addLeg(leg: Leg, callType: 1 | 2 | 167, parentId?: string): void;
  /** Tries that never became a leg on a line also write their record (DESIGN.md §6.6: an attempt that was never answered writes its 167). */
  addUnconnected(
    callType: 2 | 167,
    end: {
      readonly to: string;
      readonly from: string;
      readonly startAt: number;
      readonly endAt: number;
      readonly q850: number;
      readonly data: Readonly<Record<string, unknown>>;
    },
  ): void;
  addEvent(event: AccountableEvent): void;
  /** Notes which plan version it runs. */
  usePlan(planId: string, version: number): void;
  /** A line of the call's trace; kept with the call, never waited for. */
  trace(type: string, data: Readonly<Record<string, unknown>>): void;
  /** Aborted when the A-leg has ended or the call is being cleared. */
  readonly signal: AbortSignal;
  /**
   * Clears every leg with `q850` and, when all have ended, hands the call's end with the count of its CDRs to the store. Idempotent; resolves then:
   * nothing that is committed afterwards is there before it, and a full disk keeps nobody waiting.
   */
  end(q850: number): Promise<void>;
}

/** What listeners of all calls (event stream, metrics, `/calls`) are told. */
export interface CallEvents {
  callStarted: { readonly call: Call };
  legAdded: { readonly call: Call; readonly leg: Leg; readonly callType: 1 | 2 | 167 };
  legEnded: { readonly call: Call; readonly leg: Leg; readonly end: LegEnd };
  callEnded: { readonly call: Call };
}
