import type { RetryRules } from './retry-rules.js';

/** What is asked for, as the API hands it on: the shapes are checked, the meaning not. Times are milliseconds UTC. */
export interface RequestDraft {
  /** E.164 or national. */
  readonly serviceNumber: string;
  readonly firstParty: string;
  /** Absent: the service number. */
  readonly presentationNumber?: string | undefined;
  /** Absent, null or past by less than a minute: now. */
  readonly scheduledAt?: number | null | undefined;
  /** Absent: the due moment and the account's limit. */
  readonly latestStartAt?: number | null | undefined;
  /** 1…60; absent: 45. */
  readonly firstPartyRingSeconds?: number | undefined;
  readonly reference?: string | null | undefined;
  /** 0…9, lower first; absent: 5. */
  readonly priority?: number | undefined;
  readonly guarantee?: 'atMostOnce' | 'atLeastOnce' | undefined;
  readonly retry?: RetryRules | undefined;
  /** Initial values of the plan's custom service variables, by name ("@Choice"). */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** A change: what is absent stays. */
export type RequestChange = Partial<RequestDraft>;
