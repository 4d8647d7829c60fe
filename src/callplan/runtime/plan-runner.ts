import type { Clock, Logger } from '../../core/index.js';
import type { Store } from '../../store/index.js';
import type { Dialler, MediaPort } from '../../telephony/index.js';
import type { PlanCatalogue } from '../catalogue.js';
import type { Announcer, AudioLookup, RunEnd, RunRequest } from '../ports.js';
import { Run } from './run.js';

export interface PlanRunnerPorts {
  readonly store: Pick<Store, 'accounts'>;
  readonly catalogue: PlanCatalogue;
  readonly media: MediaPort;
  readonly dialler: Dialler;
  readonly audio: AudioLookup;
  readonly announcer: Announcer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs call plans. */
export class PlanRunner {
  readonly #ports: PlanRunnerPorts;

  constructor(ports: PlanRunnerPorts) {
    this.#ports = ports;
  }

  /**
   * Takes the A-party through a plan version, to the call's end: when it resolves the call has ended, and its records are with the store. Never
   * rejects: a fault is told in the trace and the log, and the A-party hears congestion tone before it is cleared with 41.
   */
  run(request: RunRequest): Promise<RunEnd> {
    return new Run(this.#ports, request).toEnd();
  }
}
