import { type Clock, type Logger, newId } from '../../core/index.js';
import type { ServiceNumberRecord, Store } from '../../store/index.js';
import { formatAddress } from '../address.js';
import type { Call } from '../call.js';
import type { Leg } from '../leg.js';
import type { IncomingLeg, LinePort } from '../ports/line.js';
import type { CallRegistry } from './registry.js';

/** Takes a call over: from here on it is the handler's to answer and to end. */
export type InboundHandler = (call: Call, leg: Leg) => void;

export interface InboundParts {
  readonly registry: CallRegistry;
  readonly store: Pick<Store, 'serviceNumbers'>;
  readonly lines: readonly LinePort[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Live calls at which further ones are refused with 503. */
  readonly maxCalls: number;
}

interface Refusal {
  readonly q850: number;
  readonly sipStatus: number;
}

const UNALLOCATED: Refusal = { q850: 1, sipStatus: 404 };
const REJECTED: Refusal = { q850: 21, sipStatus: 403 };
const CONGESTION: Refusal = { q850: 42, sipStatus: 503 };
const FAULT: Refusal = { q850: 41, sipStatus: 500 };

/** Incoming legs become calls of the service number they are for. */
export class InboundCalls {
  readonly #parts: InboundParts;
  #handler: InboundHandler | null = null;

  constructor(parts: InboundParts) {
    this.#parts = parts;
    for (const line of parts.lines) line.onIncoming((incoming) => this.#takeOrRefuse(incoming));
  }

  /** Sets who takes calls over; before that, and after null, they are refused as congestion. */
  onInboundCall(handler: InboundHandler | null): void {
    this.#handler = handler;
  }

  /** A fault of ours (the database cannot be read) must not leave a caller with a line that nobody clears. */
  #takeOrRefuse(incoming: IncomingLeg): void {
    try {
      this.#onIncoming(incoming);
    } catch (error) {
      this.#parts.logger.error({ error, legId: incoming.leg.id }, 'An incoming call could not be taken');
      incoming.leg.clear(FAULT.q850, FAULT.sipStatus);
    }
  }

  #onIncoming({ leg, source }: IncomingLeg): void {
    const number = this.#serviceNumber(leg);
    if (number === null) {
      this.#parts.logger.info({ legId: leg.id, source, to: calledNumber(leg) }, 'An incoming call is for no service number of this box');
      leg.clear(UNALLOCATED.q850, UNALLOCATED.sipStatus);
      return;
    }
    const full = this.#parts.registry.live().length >= this.#parts.maxCalls;
    const call = this.#parts.registry.open(identityOf(number, this.#parts.clock));
    call.addLeg(leg, 1);
    const refusal = full ? CONGESTION : refusalOf(number);
    if (refusal === null && this.#handler !== null) this.#handler(call, leg);
    else this.#refuse(call, leg, refusal ?? CONGESTION);
  }

  #serviceNumber(leg: Leg): ServiceNumberRecord | null {
    const { to } = leg.details;
    return to?.kind === 'number' ? this.#parts.store.serviceNumbers.byNumber(to.e164) : null;
  }

  #refuse(call: Call, leg: Leg, { q850, sipStatus }: Refusal): void {
    leg.clear(q850, sipStatus);
    call.end(q850).catch((error: unknown) => this.#parts.logger.error({ err: error, callId: call.identity.id }, 'A refused call did not end'));
  }
}

function calledNumber(leg: Leg): string | null {
  return leg.details.to === null ? null : formatAddress(leg.details.to);
}

function refusalOf(number: ServiceNumberRecord): Refusal | null {
  switch (number.status) {
    case 'active':
      return null;
    case 'parked':
      return UNALLOCATED;
    case 'suspended':
      return REJECTED;
  }
}

function identityOf(number: ServiceNumberRecord, clock: Clock): Call['identity'] {
  return {
    id: newId('call', clock),
    accountId: number.accountId,
    origin: 'inbound',
    serviceNumberId: number.id,
    serviceNumber: number.number,
    requestId: null,
    attemptId: null,
    presentationNumber: null,
  };
}
