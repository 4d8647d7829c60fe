import type { Call, Leg } from '../telephony/index.js';

/** Which branch of Start a run begins with. */
export type StartBranch = 'Continue' | 'Scheduled Call';

/** A plan version that is to be run. */
export interface PlanReference {
  readonly planId: string;
  readonly version: number;
}

/** One run to make: the A-party is answered already for a Scheduled Call, and not yet for an inbound call. */
export interface RunRequest {
  readonly plan: PlanReference;
  readonly startBranch: StartBranch;
  readonly call: Call;
  readonly aLeg: Leg;
  /** Initial values of the plan's custom service variables, by name ("@Choice"). */
  readonly variables: Readonly<Record<string, string>>;
}

/** How a run ended. It never rejects: a fault inside a node is `error`, told in the trace, and the caller has heard a tone. */
export interface RunEnd {
  readonly reason: 'completed' | 'aPartyCleared' | 'bPartyCleared' | 'cleared' | 'error';
  readonly detail: string;
}

/** Where the audio files of plans are; the media room fulfils it. */
export interface AudioLookup {
  /** Absolute path of a slug's file on the account or, where it has none, on the nearest one above it that has; null: nowhere. */
  resolve(accountId: string, slug: string): string | null;
}
