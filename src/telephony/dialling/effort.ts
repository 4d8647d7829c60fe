import { type Clock, type Logger, type Outcome, delay, newId } from '../../core/index.js';
import type { TryRecord } from '../../store/index.js';
import { causeText, mayTryNext, outcomeOfEnd } from '../causes/index.js';
import type { Leg, LegEnd } from '../leg.js';
import type { Destination, DialResult } from '../ports/dialling.js';
import type { LineIdentity } from '../ports/line.js';
import { type Route, type SkippedTrunk, type TrunkDirectory, whySkipped } from '../trunks/index.js';
import { type TryVerdict, followTry } from './follow-try.js';
import { newLineIdentity } from './line-identity.js';
import { notCarried } from './not-carried.js';

/** How long an effort waits for a trunk whose calls a second are used up; the scheduler waits before it asks, a call plan would rather wait than fail. */
const LONGEST_PACING_MS = 5000;

interface Parts {
  readonly trunks: TrunkDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Ending {
  readonly outcome: Outcome;
  readonly q850: number;
  readonly sipStatus?: number;
  readonly detail: string;
}

/** One effort to reach one destination: its tries, one after the other. */
export class Effort {
  readonly #parts: Parts;
  readonly #destination: Destination;
  readonly #startedAt: number;
  readonly #tries: TryRecord[] = [];
  readonly #tried = new Set<string>();
  /** How the last try ended; what the effort ends with when no further trunk is left. */
  #last: Ending | null = null;

  constructor(parts: Parts, destination: Destination) {
    this.#parts = parts;
    this.#destination = destination;
    this.#startedAt = parts.clock.monotonic();
  }

  async run(): Promise<DialResult> {
    const { signal } = this.#destination;
    for (;;) {
      if (signal?.aborted === true) return this.#result(CANCELLED);
      // From the choice to the seizure nothing is awaited, so that two efforts cannot take the same last line.
      const choice = this.#choose();
      if ('trunk' in choice) {
        const result = await this.#try(choice);
        if (result !== null) return result;
      } else if ('waitMs' in choice) {
        await delay(this.#parts.clock, choice.waitMs, signal).catch(() => undefined);
      } else {
        return this.#result(this.#last ?? choice);
      }
    }
  }

  /** The best trunk that was not tried yet; else a little wait for one that is only paced; else how the effort ends. */
  #choose(): Route | { readonly waitMs: number } | Ending {
    const { candidates, skipped } = this.#parts.trunks.select(this.#destination.to);
    const route = candidates.find(({ trunk }) => !this.#tried.has(trunk.id));
    if (route !== undefined) return route;
    const waitMs = this.#pacingWait(skipped);
    return waitMs === null ? noTrunk(skipped) : { waitMs };
  }

  #pacingWait(skipped: readonly SkippedTrunk[]): number | null {
    const times = skipped.flatMap(({ reason, freeAt, trunkId }) =>
      reason === 'paced' && freeAt !== null && !this.#tried.has(trunkId) ? [freeAt] : [],
    );
    if (times.length === 0) return null;
    const waitMs = Math.max(1, Math.min(...times) - this.#parts.clock.now());
    return this.#parts.clock.monotonic() - this.#startedAt + waitMs <= LONGEST_PACING_MS ? waitMs : null;
  }

  /** Seizes a line of the trunk and follows it; null where the next trunk may be tried. */
  async #try(route: Route): Promise<DialResult | null> {
    this.#tried.add(route.trunk.id);
    const record = this.#newTry(route);
    try {
      this.#destination.beforeSeizure?.(record.id, record.legId);
    } catch (error) {
      return this.#result({ outcome: 'failed', q850: 41, detail: `Not dialled: ${messageOf(error)}` });
    }
    const leg = this.#seize(route, record);
    if (leg === null) return this.#result({ outcome: 'failed', q850: 41, detail: 'The line adapter failed; the log says why' });
    if (!this.#tell(leg)) return this.#result({ outcome: 'failed', q850: 41, detail: 'Nobody took the leg up; the log says why' });
    const verdict = await followTry(leg, this.#destination.ringSeconds, this.#parts.clock, this.#destination.signal);
    return this.#conclude(route, record, leg, verdict);
  }

  /** A leg that nobody took up must not ring anybody. */
  #tell(leg: Leg): boolean {
    try {
      this.#destination.onLeg?.(leg);
      return true;
    } catch (error) {
      this.#parts.logger.error({ err: error, legId: leg.id }, 'Taking up an outgoing leg failed');
      leg.clear(41);
      return false;
    }
  }

  #newTry({ trunk, group }: Route): TryRecord {
    const { clock } = this.#parts;
    const ids = { id: newId('try', clock), legId: newId('leg', clock) };
    const facts = { q850: null, inferred: false, sipStatus: null, sent: false, detail: '' };
    return {
      ...ids,
      trunkId: trunk.id,
      trunkName: trunk.name,
      ...(group === null ? {} : { trunkGroup: group.name }),
      startedAt: clock.now(),
      ...facts,
      notCarried: notCarried(trunk, this.#destination),
    };
  }

  #seize(route: Route, record: TryRecord): Leg | null {
    const { to, cli, diversion, diversionReason, subaddresses } = this.#destination;
    const { trunks, logger } = this.#parts;
    const { trunk } = route;
    trunks.noteSeizure(route);
    try {
      const leg = trunks.line(trunk)?.dial({
        legId: record.legId,
        trunk,
        to,
        cli,
        ...(diversion === undefined ? {} : { diversion }),
        ...(diversionReason === undefined ? {} : { diversionReason }),
        ...(subaddresses === undefined ? {} : { subaddresses }),
        identity: this.#identity(),
      });
      if (leg === undefined) return null;
      trunks.noteLeg(leg);
      this.#tries.push(record);
      return leg;
    } catch (error) {
      logger.error({ err: error, trunkId: trunk.id, tryId: record.id }, 'A line adapter threw instead of ending the leg');
      return null;
    }
  }

  /** The identity that was armed ahead belongs to the first try alone: two dialogs must not share one. */
  #identity(): LineIdentity {
    return (this.#tries.length === 0 ? this.#destination.identity : undefined) ?? newLineIdentity();
  }

  #conclude(route: Route, record: TryRecord, leg: Leg, verdict: TryVerdict): DialResult | null {
    switch (verdict.kind) {
      case 'answered':
        return this.#answered(record, leg);
      case 'ringTimeout':
        this.#noteEnd(record, verdict.end, 19);
        return this.#unanswered(route, leg, verdict.end);
      case 'cancelled':
        this.#noteEnd(record, verdict.end, 16);
        return this.#result({ ...CANCELLED, sipStatus: verdict.end?.sipStatus ?? 0 });
      case 'ended':
        this.#noteEnd(record, verdict.end, verdict.end.q850);
        return this.#refused(route, leg, verdict.end);
    }
  }

  #answered(record: TryRecord, leg: Leg): DialResult {
    this.#replace({ ...record, sent: true });
    if (this.#destination.signal?.aborted === true) {
      leg.clear(16);
      return this.#result(CANCELLED);
    }
    // A party that hung up in the moment it had answered has answered: its leg says the rest.
    return { outcome: 'answered', leg, q850: 16, sipStatus: 0, tries: this.#tries, detail: '' };
  }

  /** A SIP peer from which nothing at all came in the ring time is no party that does not answer (DESIGN.md §6.5: it may have rung, though). */
  #unanswered({ trunk }: Route, leg: Leg, end: LegEnd | null): DialResult | null {
    const { ringSeconds } = this.#destination;
    const silent = leg.details.lineKind === 'sip' && end !== null && end.sent && !end.responded;
    if (!silent)
      return this.#result({ outcome: 'noAnswer', q850: 19, sipStatus: end?.sipStatus ?? 0, detail: `Rang ${ringSeconds} s without an answer` });
    this.#last = { outcome: 'failed', q850: 102, sipStatus: end.sipStatus, detail: `${trunk.name}: no response at all in ${ringSeconds} s` };
    return trunk.sip?.retryAfterTimeout === true ? null : this.#result(this.#last);
  }

  #refused({ trunk, group }: Route, leg: Leg, end: LegEnd): DialResult | null {
    const detail = `${trunk.name}: ${end.detail === '' ? causeText(end.q850) : end.detail}`;
    this.#last = { outcome: outcomeOfEnd(end), q850: end.q850, sipStatus: end.sipStatus, detail };
    const rang = leg.progressAt !== null;
    return !rang && mayTryNext(end, trunk.sip?.retryAfterTimeout ?? false, group?.failover) ? null : this.#result(this.#last);
  }

  #noteEnd(record: TryRecord, end: LegEnd | null, q850: number): void {
    const facts =
      end === null
        ? { inferred: true, sent: true }
        : { inferred: end.inferred, sipStatus: end.sipStatus === 0 ? null : end.sipStatus, sent: end.sent, detail: end.detail };
    this.#replace({ ...record, q850, ...facts });
  }

  #replace(record: TryRecord): void {
    this.#tries.splice(-1, 1, record);
  }

  #result(ending: Ending): DialResult {
    return { outcome: ending.outcome, leg: null, q850: ending.q850, sipStatus: ending.sipStatus ?? 0, tries: this.#tries, detail: ending.detail };
  }
}

const CANCELLED: Ending = { outcome: 'cancelled', q850: 16, detail: 'Cancelled' };

/** Congestion where a line may be free later, failed where none can carry the number as things are. */
function noTrunk(skipped: readonly SkippedTrunk[]): Ending {
  const detail = whySkipped(skipped);
  if (detail === '') return { outcome: 'failed', q850: 3, detail: skipped.length === 0 ? 'There is no trunk' : 'No trunk carries this number' };
  const busy = skipped.some(({ reason }) => reason === 'full' || reason === 'paced' || reason === 'reserved');
  return busy ? { outcome: 'congestion', q850: 34, detail } : { outcome: 'failed', q850: 38, detail };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
