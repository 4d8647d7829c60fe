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

/** A value that is to be heard, and how. */
export interface Announcement {
  readonly value: string;
  /** "Text": as it stands. */
  readonly interpretAs: string;
  readonly spokenFormat: string;
  /** BCP 47; null: the box's. */
  readonly language: string | null;
  readonly gender: 'Male' | 'Female';
}

/** A file to be played, and what the trace calls it. */
export interface AudioPart {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** Speaks values; the media room fulfils it. */
export interface Announcer {
  /**
   * What is to be played, in order: recorded prompts of the account (or of one above it) where there are some, else speech. Null where the value cannot
   * be read as it is to be interpreted.
   *
   * @throws BranchlineError where speech was needed and no engine spoke.
   */
  announce(accountId: string, announcement: Announcement): Promise<readonly AudioPart[] | null>;
}
