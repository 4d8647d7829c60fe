import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TrunkRecord } from '../../src/store/index.js';
import {
  type Address,
  type CliPair,
  type DialRequest,
  type Digit,
  type IncomingLeg,
  type Leg,
  type LegEnd,
  type LinePort,
  type ServiceRefusal,
  newLineIdentity,
} from '../../src/telephony/index.js';

/** A kind of line with a far end behind it which behaves as CONTRACT.md's table of the virtual far end says. */
export interface LineFixture {
  readonly line: LinePort;
  readonly trunk: TrunkRecord;
  /** What this kind of line can tell. */
  readonly tells: {
    /** Causes come from the far end itself, not from tones. */
    readonly exactCauses: boolean;
    /** Whether a caller's number arrives. */
    readonly callerNumber: boolean;
  };
  /** It has the services of a leg: hold, retrieve, transfer; else each is refused with a cause. */
  readonly hasServices: boolean;
  /** The service number a caller of this line reaches. */
  readonly serviceNumber: string;
  /** Lets time pass: real or virtual, in steps that a line can live with. */
  pass(milliseconds: number): Promise<void>;
  /** In-band digits are listened for. */
  listen(leg: Leg): void;
  /** The far end calls us; it keys digit 1 three seconds after we answer. */
  callIn(): Promise<FarCaller>;
  /** What the far end was told of who calls; null where the kind of line carries nothing of it. */
  callerOf(leg: Leg): CallerAsTold | null;
  /** Keys that the far end of the leg has heard since it answered. The leg has ended. */
  heardDigits(leg: Leg): Promise<string>;
  close(): Promise<void>;
}

/** Who calls, as a far end is told. */
export interface CallerAsTold {
  /** E.164; absent where it is withheld or not told. */
  readonly number: string | undefined;
  readonly withheld: boolean;
  /** The number the call was diverted from; "" none. */
  readonly divertedFrom: string;
}

export interface FarCaller {
  hangUp(): void;
}

/** Last three digits of the far end's numbers. */
type FarEndKey = '200' | '201' | '202' | '203' | '204' | '205' | '206' | '208' | '209';

const OWN = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
const CLI: CliPair = { network: OWN, presentation: OWN };

/** Everything that a leg told, in order. */
class Diary {
  readonly leg: Leg;
  readonly entries: string[] = [];
  readonly digits: Digit[] = [];
  readonly refusals: ServiceRefusal[] = [];

  constructor(leg: Leg) {
    this.leg = leg;
    leg.events.on('seized', () => this.entries.push('seized'));
    leg.events.on('progress', () => this.entries.at(-1) !== 'progress' && this.entries.push('progress'));
    leg.events.on('answered', () => this.entries.push('answered'));
    leg.events.on('digit', (digit) => this.digits.push(digit));
    leg.events.on('held', ({ held, by }) => this.entries.push(`${held ? 'held' : 'retrieved'} by ${by}`));
    leg.events.on('serviceRefused', (refusal) => this.refusals.push(refusal));
    leg.events.on('ended', () => this.entries.push('ended'));
  }
}

/**
 * What every kind of line does for telephony (ports/line.ts), whatever is underneath. Run over each adapter, so that none drifts from the others or from the double
 * that units use.
 */
export function linePortContract(name: string, open: () => Promise<LineFixture>): void {
  describe(`the line port over ${name}`, () => {
    let fixture: LineFixture;
    let lastLeg = 0;

    beforeAll(async () => {
      fixture = await open();
    }, 30_000);

    afterAll(async () => {
      await fixture?.close();
    });

    const addressOf = (key: FarEndKey): Address => ({ kind: 'number', e164: `+441632960${key}` });

    function dial(key: FarEndKey, settings: Partial<DialRequest> = {}): Diary {
      lastLeg += 1;
      const plain = { legId: `leg_${lastLeg}`, trunk: fixture.trunk, to: addressOf(key), cli: CLI, identity: newLineIdentity() };
      return new Diary(fixture.line.dial({ ...plain, ...settings }));
    }

    /** Lets time pass until `reached`; fails after `limitMs`. */
    async function until(reached: () => boolean, what: string, limitMs = 20_000): Promise<void> {
      for (let waited = 0; waited < limitMs; waited += 20) {
        if (reached()) return;
        await fixture.pass(20);
      }
      throw new Error(`Not within ${limitMs} ms: ${what}`);
    }

    async function endOf(diary: Diary): Promise<LegEnd> {
      await until(() => diary.leg.end !== null, 'the end of the leg');
      const { end } = diary.leg;
      if (end === null) throw new Error('no end');
      // A second terminal event would come now.
      await fixture.pass(300);
      expect(diary.entries.filter((entry) => entry === 'ended')).toHaveLength(1);
      expect(diary.entries.at(-1)).toBe('ended');
      return end;
    }

    async function answered(diary: Diary): Promise<Diary> {
      await until(() => diary.leg.state === 'answered', 'the answer');
      return diary;
    }

    async function called(): Promise<{ readonly incoming: IncomingLeg; readonly diary: Diary; readonly caller: FarCaller }> {
      let incoming: IncomingLeg | null = null;
      let diary: Diary | null = null;
      const off = fixture.line.onIncoming((one) => {
        incoming = one;
        diary = new Diary(one.leg);
      });
      const caller = await fixture.callIn();
      await until(() => diary !== null, 'the incoming leg');
      off();
      if (incoming === null || diary === null) throw new Error('no call');
      return { incoming, diary, caller };
    }

    it('tells seizure, ringing and answer in this order, and ends when we clear', async () => {
      const diary = await answered(dial('200'));
      expect(diary.entries).toEqual(['seized', 'progress', 'answered']);
      expect(diary.leg.answeredAt).toBeGreaterThanOrEqual(diary.leg.progressAt ?? Infinity);
      diary.leg.clear(16);
      expect(await endOf(diary)).toMatchObject({ q850: 16, by: 'us', sent: true, sipStatus: 0 });
    });

    it('tells that the far end is busy', async () => {
      const end = await endOf(dial('201'));
      expect(end).toMatchObject({ q850: 17, by: 'peer', sent: true, inferred: !fixture.tells.exactCauses });
    });

    it('tells a rejection, where the line can', async () => {
      expect((await endOf(dial('203'))).q850).toBe(fixture.tells.exactCauses ? 21 : 17);
    });

    it('tells an unallocated number', async () => {
      expect(await endOf(dial('204'))).toMatchObject({ q850: 1, by: 'peer', inferred: !fixture.tells.exactCauses });
    });

    it('tells congestion', async () => {
      expect((await endOf(dial('209'))).q850).toBe(fixture.tells.exactCauses ? 42 : 34);
    });

    it('ends with our cause when nobody answers and we give up', async () => {
      const diary = dial('202');
      await until(() => diary.leg.progressAt !== null, 'ringing');
      await fixture.pass(2000);
      diary.leg.clear(19);
      expect(await endOf(diary)).toMatchObject({ q850: 19, by: 'us' });
      expect(diary.entries).not.toContain('answered');
    });

    it('ends once when it is cleared as soon as it was dialled', async () => {
      const diary = dial('200');
      diary.leg.clear(16);
      expect(await endOf(diary)).toMatchObject({ q850: 16, by: 'us' });
      expect(diary.entries).not.toContain('answered');
    });

    it('tells that the far end hung up', async () => {
      const diary = await answered(dial('206'));
      expect(await endOf(diary)).toMatchObject({ q850: 16, by: 'peer' });
    });

    it('brings the keys of the far end', async () => {
      const diary = dial('205');
      fixture.listen(diary.leg);
      await answered(diary);
      await until(() => diary.digits.length > 0, 'the digit');
      expect(diary.digits).toMatchObject([{ digit: '1' }]);
      diary.leg.clear(16);
      await endOf(diary);
    });

    it('carries keys to the far end', async () => {
      const diary = await answered(dial('200'));
      await fixture.pass(500);
      diary.leg.sendDigits('25#');
      await fixture.pass(1500);
      diary.leg.clear(16);
      await endOf(diary);
      expect(await fixture.heardDigits(diary.leg)).toBe('25#');
    });

    it('carries nothing of one call over to the next', async () => {
      const withheld = { ...OWN, presentation: 'restricted' } as const;
      const special = await answered(dial('200', { cli: { network: OWN, presentation: withheld }, diversion: '+441632960199' }));
      await fixture.pass(500);
      special.leg.sendDigits('1', 'inBand');
      await fixture.pass(1000);
      special.leg.clear(16);
      await endOf(special);
      const told = fixture.callerOf(special.leg);
      if (told !== null) expect(told).toMatchObject({ number: undefined, withheld: true, divertedFrom: '+441632960199' });

      const plain = await answered(dial('200'));
      await fixture.pass(500);
      plain.leg.sendDigits('25#');
      await fixture.pass(1500);
      plain.leg.clear(16);
      await endOf(plain);
      expect(await fixture.heardDigits(plain.leg)).toBe('25#');
      if (told !== null) expect(fixture.callerOf(plain.leg)).toEqual({ number: OWN.number, withheld: false, divertedFrom: '' });
    });

    it('puts a party on hold and has it back, or says why it cannot', async () => {
      const diary = await answered(dial('200'));
      await fixture.pass(500);
      diary.leg.hold();
      await until(() => diary.leg.isHeld || diary.refusals.length > 0, 'an answer to hold');
      if (fixture.hasServices) {
        diary.leg.retrieve();
        await until(() => !diary.leg.isHeld, 'the retrieval');
        expect(diary.entries.slice(-2)).toEqual(['held by us', 'retrieved by us']);
        diary.leg.retrieve();
        await until(() => diary.refusals.length > 0, 'the refusal of a retrieval of what is not on hold');
      } else {
        expect(diary.refusals).toMatchObject([{ service: 'hold', q850: 69 }]);
        expect(diary.refusals[0]?.detail).toContain('hold');
      }
      expect(diary.leg.state).toBe('answered');
      await fixture.pass(500);
      diary.leg.sendDigits('25#');
      await fixture.pass(1500);
      diary.leg.clear(16);
      await endOf(diary);
      expect(await fixture.heardDigits(diary.leg)).toBe('25#');
    });

    it('has two parties joined by the exchange and lets go of both, or says why it cannot', async () => {
      const first = await answered(dial('200'));
      first.leg.hold();
      await until(() => first.leg.isHeld || first.refusals.length > 0, 'an answer to hold');
      const second = await answered(dial('200'));
      first.leg.transfer(first.leg);
      first.leg.transfer(second.leg);
      await until(() => first.refusals.some(({ service }) => service === 'transfer'), 'the refusal to join a leg with itself');
      if (fixture.hasServices) {
        expect(await endOf(first)).toMatchObject({ q850: 16, by: 'peer' });
        expect(await endOf(second)).toMatchObject({ q850: 16, by: 'peer' });
      } else {
        expect(first.refusals.filter(({ q850 }) => q850 === 69).map(({ service }) => service)).toEqual(['hold', 'transfer']);
        for (const diary of [first, second]) diary.leg.clear(16);
        for (const diary of [first, second]) await endOf(diary);
      }
    });

    it('takes no more digits of a number that is complete', async () => {
      const diary = await answered(dial('200'));
      diary.leg.dialMore('1');
      await until(() => diary.refusals.length > 0, 'the refusal');
      expect(diary.refusals).toMatchObject([{ service: 'dialMore', q850: fixture.hasServices ? 101 : 69 }]);
      diary.leg.clear(16);
      await endOf(diary);
    });

    it('does nothing for a leg that has ended, and does not mind', async () => {
      const diary = dial('201');
      await endOf(diary);
      diary.leg.clear(16);
      diary.leg.answer();
      diary.leg.ring();
      diary.leg.sendDigits('1');
      diary.leg.hold();
      diary.leg.retrieve();
      diary.leg.dialMore('1');
      await fixture.pass(500);
      expect(diary.refusals).toEqual([]);
      expect(diary.entries.filter((entry) => entry === 'ended')).toHaveLength(1);
    });

    it('ends the leg, and throws nothing, on a trunk that it does not have', async () => {
      const diary = dial('200', { trunk: { ...fixture.trunk, id: 'trk_other' } });
      expect(diary.leg.state).toBe('new');
      expect(await endOf(diary)).toMatchObject({ by: 'line', sent: false, responded: false });
    });

    it('offers a call from outside, and answers it', async () => {
      const { incoming, diary, caller } = await called();
      expect(incoming.leg.details).toMatchObject({ direction: 'in', trunkId: fixture.trunk.id, to: { kind: 'number', e164: fixture.serviceNumber } });
      expect(incoming.leg.details.cli.presentation.number).toBe(fixture.tells.callerNumber ? '+441632960205' : undefined);
      incoming.leg.ring();
      fixture.listen(incoming.leg);
      await fixture.pass(500);
      incoming.leg.answer();
      await answered(diary);
      await until(() => diary.digits.length > 0, 'the digit');
      expect(diary.digits).toMatchObject([{ digit: '1' }]);
      caller.hangUp();
      expect(await endOf(diary)).toMatchObject({ q850: 16, by: 'peer' });
    });

    it('rejects a call from outside', async () => {
      const { incoming, diary, caller } = await called();
      incoming.leg.clear(21);
      expect(await endOf(diary)).toMatchObject({ q850: 21, by: 'us' });
      expect(diary.entries).not.toContain('answered');
      caller.hangUp();
      await until(() => fixture.line.lines().every(({ state }) => state === 'idle'), 'the line to be free again');
    });

    it('tells that a caller gave up', async () => {
      const { diary, caller } = await called();
      caller.hangUp();
      const end = await endOf(diary);
      expect(end).toMatchObject({ by: 'peer' });
      expect(diary.entries).not.toContain('answered');
    });
  });
}
