import type { Logger } from '../core/index.js';
import type { Store } from '../store/index.js';
import type { Call, Leg } from '../telephony/index.js';
import type { PlanReference, RunEnd, RunRequest } from './ports.js';

/** Why a caller is not let in, and the cause the line is cleared with. */
interface Refusal {
  readonly reason: 'numberUnknown' | 'numberParked' | 'numberSuspended' | 'noActivePlan';
  readonly q850: number;
  /** 0: by the cause. */
  readonly sipStatus: number;
}

export interface InboundPorts {
  readonly store: Pick<Store, 'serviceNumbers'>;
  readonly plans: { activePlan(serviceNumberId: string): PlanReference | null };
  readonly runner: { run(request: RunRequest): Promise<RunEnd> };
  readonly logger: Logger;
}

/** Takes incoming calls through the active plan of the service number they came for. */
export class InboundHandler {
  readonly #ports: InboundPorts;

  constructor(ports: InboundPorts) {
    this.#ports = ports;
  }

  /**
   * Runs Continue of the number's plan, or clears the caller: unknown and parked numbers with 1 (unallocated: the caller's own network
   * has the message for it), suspended ones with 21, a number without a plan with 31 and SIP 480. Resolves when the call has ended; never rejects.
   */
  async handle(call: Call, aLeg: Leg): Promise<void> {
    try {
      const found = this.#find(call);
      if ('reason' in found) await this.#refuse(call, aLeg, found);
      else await this.#ports.runner.run({ plan: found, startBranch: 'Continue', call, aLeg, variables: {} });
    } catch (error) {
      this.#ports.logger.error({ callId: call.identity.id, err: error }, 'an incoming call failed');
      aLeg.clear(41);
    }
  }

  #find(call: Call): PlanReference | Refusal {
    const number = this.#ports.store.serviceNumbers.byNumber(call.identity.serviceNumber);
    if (number === null) return { reason: 'numberUnknown', q850: 1, sipStatus: 404 };
    switch (number.status) {
      case 'parked':
        return { reason: 'numberParked', q850: 1, sipStatus: 404 };
      case 'suspended':
        return { reason: 'numberSuspended', q850: 21, sipStatus: 403 };
      case 'active':
        return this.#ports.plans.activePlan(number.id) ?? { reason: 'noActivePlan', q850: 31, sipStatus: 480 };
    }
  }

  async #refuse(call: Call, aLeg: Leg, { reason, q850, sipStatus }: Refusal): Promise<void> {
    this.#ports.logger.info({ callId: call.identity.id, serviceNumber: call.identity.serviceNumber, reason }, 'caller refused');
    call.trace('inbound.refused', { reason, q850 });
    aLeg.clear(q850, sipStatus);
    await call.end(q850);
  }
}
