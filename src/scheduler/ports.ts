import type { Call, CallIdentity, Leg } from '../telephony/index.js';
import type { WriteCommand } from '../store/index.js';

/** A plan version that is to be run. */
export interface PlanReference {
  readonly planId: string;
  readonly version: number;
}

/** What the scheduler asks call plans before it accepts or dials. */
export interface PlanGate {
  /** The version callers of the number get; null where none is assigned, active and published. */
  activePlan(serviceNumberId: string): PlanReference | null;
  /** Whether a Scheduled Call may enter the version. */
  entry(plan: PlanReference): 'ok' | 'planInvalid' | 'notEnabled' | 'notConnected';
}

/** Runs a plan version for an answered First Party. Never rejects. */
export interface RunPort {
  run(request: {
    readonly plan: PlanReference;
    readonly startBranch: 'Scheduled Call';
    readonly call: Call;
    readonly aLeg: Leg;
    readonly variables: Readonly<Record<string, string>>;
  }): Promise<{ readonly reason: string; readonly detail: string }>;
}

/** Telephony's registry of live calls. */
export interface CallFactory {
  create(identity: CallIdentity, startAt: number): Promise<Call>;
}

/** An event before it has its id (DESIGN.md §6.17). */
export interface SchedulerEvent {
  readonly type: SchedulerEventType;
  readonly at: number;
  readonly accountId: string;
  readonly requestId: string;
  readonly callId: string | null;
  readonly legId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export type SchedulerEventType =
  | 'request.accepted'
  | 'request.changed'
  | 'request.held'
  | 'request.released'
  | 'request.deleted'
  | 'request.completed'
  | 'request.failed'
  | 'request.expired'
  | 'request.interrupted'
  | 'request.waitingRetry'
  | 'request.queued'
  | 'attempt.dialling'
  | 'attempt.ringing'
  | 'attempt.answered'
  | 'attempt.ended';

/** Events are committed before they are sent: `command` goes into the commit of what it tells, `publish` is called once that has resolved. */
export interface PreparedEvent {
  readonly command: WriteCommand;
  publish(): void;
}

export interface EventPort {
  prepare(event: SchedulerEvent): PreparedEvent;
}

export interface SchedulerPorts {
  readonly plans: PlanGate;
  readonly runs: RunPort;
  readonly calls: CallFactory;
  readonly events: EventPort;
}
