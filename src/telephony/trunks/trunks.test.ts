import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryTables } from '../../../test/support/memory-tables.js';
import { ScriptedLine } from '../../../test/support/scripted-line.js';
import { BranchlineError, SteppedClock, silentLogger } from '../../core/index.js';
import type { Address } from '../address.js';
import { LiveLegs } from '../calls/index.js';
import { newLineIdentity } from '../dialling/index.js';
import { parseHostPort } from './host-port.js';
import { TrunkDirectory, type TrunkInput } from './index.js';
import { Pacer } from './pacing.js';

const MOBILE: Address = { kind: 'number', e164: '+447700900123' };
const OFFICE: Address = { kind: 'number', e164: '+441632960200' };
const CARRIER: TrunkInput = { name: 'carrier', kind: 'sip', address: '192.0.2.7:5070' };
const CLI = { presentation: 'unavailable', screening: 'unscreened' } as const;

let clock: SteppedClock;
let tables: MemoryTables;
let sip: ScriptedLine;
let analogue: ScriptedLine;
let live: LiveLegs;
let trunks: TrunkDirectory;

beforeEach(() => {
  clock = new SteppedClock();
  tables = new MemoryTables();
  sip = new ScriptedLine(clock, 'sip');
  analogue = new ScriptedLine(clock, 'analogue');
  analogue.physical = [1, 2, 3].map((channel) => ({
    line: `virtual/${channel}`,
    kind: channel === 3 ? 'fxs' : 'fxo',
    channel,
    state: 'idle',
    since: 0,
    detail: '',
  }));
  live = new LiveLegs();
  trunks = new TrunkDirectory({ store: tables.store, clock, logger: silentLogger, lines: [sip, analogue], live, country: 'GB' });
});

function dialOn(trunkId: string): ReturnType<ScriptedLine['dial']> {
  const trunk = trunks.get(trunkId);
  if (trunk === null) throw new Error('no trunk');
  const leg = sip.dial({
    legId: `leg_${sip.dialled.length}`,
    trunk,
    to: MOBILE,
    cli: { network: CLI, presentation: CLI },
    identity: newLineIdentity(),
  });
  trunks.noteLeg(leg);
  return leg;
}

async function problemsOf(action: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BranchlineError)) throw new Error('was accepted');
  return error.problems.map(({ path }) => path);
}

describe('the trunk directory', () => {
  it('keeps a new trunk and hands it to its line', async () => {
    const trunk = await trunks.create({ ...CARRIER, prefixes: ['+4477009'], register: { username: 'u', password: 'p' } });
    expect(trunk).toMatchObject({
      enabled: true,
      priority: 10,
      maxCalls: 30,
      callsPerSecond: 10,
      sip: { transport: 'udp', register: true, username: 'u', optionsSeconds: 30 },
    });
    expect(tables.trunkRows.get(trunk.id)).toEqual(trunk);
    expect(sip.trunks.get(trunk.id)).toEqual(trunk);
  });

  it('takes up the stored trunks at start', async () => {
    const { id } = await trunks.create(CARRIER);
    const again = new TrunkDirectory({ store: tables.store, clock, logger: silentLogger, lines: [sip], live, country: 'GB' });
    again.start();
    expect(again.get(id)?.name).toBe('carrier');
  });

  it('changes what a change names and keeps the rest', async () => {
    const { id } = await trunks.create({ ...CARRIER, register: { username: 'u', password: 'p' }, prefixes: ['+44'] });
    const changed = await trunks.update(id, { maxCalls: 5, prefixes: undefined });
    expect(changed).toMatchObject({ maxCalls: 5, prefixes: ['+44'], sip: { register: true, password: 'p' } });
    expect((await trunks.update(id, { register: null })).sip).toMatchObject({ register: false, username: null });
  });

  it('drops a trunk from its line when it is switched off or deleted', async () => {
    const { id } = await trunks.create(CARRIER);
    await trunks.update(id, { enabled: false });
    expect(sip.trunks.has(id)).toBe(false);
    await trunks.update(id, { enabled: true });
    await trunks.delete(id);
    expect(sip.trunks.has(id)).toBe(false);
    expect(trunks.get(id)).toBeNull();
    await expect(trunks.delete(id)).rejects.toThrow('There is no trunk');
  });

  it('refuses a name that is taken, whatever its case', async () => {
    await trunks.create(CARRIER);
    await expect(trunks.create({ ...CARRIER, name: 'Carrier' })).rejects.toThrow('choose another name');
  });

  it.each<[Partial<TrunkInput>, readonly string[]]>([
    [{ name: ' ' }, ['/name']],
    [{ address: undefined }, ['/address']],
    [{ address: 'example.com:0' }, ['/address']],
    [{ address: '300.1.1.1:5060' }, ['/address']],
    [{ address: 'exa mple.com' }, ['/address']],
    [{ prefixes: ['+44', '07700', '+44x'] }, ['/prefixes/1', '/prefixes/2']],
    [{ maxCalls: 0, callsPerSecond: 201, priority: -1 }, ['/priority', '/maxCalls', '/callsPerSecond']],
    [{ maxCalls: 1.5 }, ['/maxCalls']],
    [{ register: { username: 'u', password: '' } }, ['/register']],
    [{ ddiPrefix: 'abc' }, ['/ddiPrefix']],
    [{ optionsSeconds: -1 }, ['/optionsSeconds']],
    [{ channels: [1] }, ['/channels']],
    [{ kind: 'isdn' }, ['/spans', '/address']],
  ])('refuses a SIP trunk with %j and names each place', async (wrong, paths) => {
    expect(await problemsOf(trunks.create({ ...CARRIER, ...wrong }))).toEqual(paths);
    expect(tables.trunkRows.size).toBe(0);
  });

  it('takes FXO channels that exist, and no others', async () => {
    const trunk = await trunks.create({ name: 'lines', kind: 'analogue', channels: [1, 2, 1], serviceNumber: '01632 960100' });
    expect(trunk.analogue).toEqual({ channels: [1, 2], serviceNumber: '+441632960100' });
    expect(await problemsOf(trunks.create({ name: 'l2', kind: 'analogue', channels: [3] }))).toEqual(['/channels/0']);
    expect(await problemsOf(trunks.create({ name: 'l3', kind: 'analogue', address: 'x:1' }))).toEqual(['/channels', '/address']);
    expect(await problemsOf(trunks.create({ name: 'l4', kind: 'analogue', channels: [1], serviceNumber: 'abc' }))).toEqual(['/serviceNumber']);
    const lines = await trunks.create({ name: 'l5', kind: 'analogue', channels: [2], line: { answer: 'timer', answerTimerSeconds: 12 } });
    expect(lines.analogue?.line).toEqual({ answer: 'timer', answerTimerSeconds: 12 });
    expect((await trunks.update(lines.id, { priority: 3 })).analogue?.line).toEqual({ answer: 'timer', answerTimerSeconds: 12 });
    expect((await trunks.update(lines.id, { line: null })).analogue?.line).toBeUndefined();
    expect(await problemsOf(trunks.update(lines.id, { line: { dialToneSeconds: 0, answerTimerSeconds: 5 } }))).toEqual([
      '/line/dialToneSeconds',
      '/line/answerTimerSeconds',
    ]);
  });
});

describe('choosing a trunk', () => {
  const names = (to: Address): string[] => trunks.select(to).candidates.map(({ trunk }) => trunk.name);

  it('prefers the most specific prefix, then priority, then the name', async () => {
    await trunks.create({ ...CARRIER, name: 'any' });
    await trunks.create({ ...CARRIER, name: 'uk', prefixes: ['+1', '+44'] });
    await trunks.create({ ...CARRIER, name: 'mobile b', prefixes: ['+4477'] });
    await trunks.create({ ...CARRIER, name: 'mobile a', prefixes: ['+4477'] });
    await trunks.create({ ...CARRIER, name: 'mobile first', prefixes: ['+4477'], priority: 1 });
    expect(names(MOBILE)).toEqual(['mobile first', 'mobile a', 'mobile b', 'uk', 'any']);
    expect(names(OFFICE)).toEqual(['uk', 'any']);
  });

  it('says for each trunk why it is left out', async () => {
    await trunks.create({ ...CARRIER, name: 'off', enabled: false });
    await trunks.create({ ...CARRIER, name: 'other', prefixes: ['+1'] });
    const down = await trunks.create({ ...CARRIER, name: 'down' });
    sip.states.set(down.id, { state: 'down', detail: 'OPTIONS unanswered' });
    const full = await trunks.create({ ...CARRIER, name: 'full', maxCalls: 1 });
    dialOn(full.id);
    const { candidates, skipped } = trunks.select(MOBILE);
    expect(candidates).toEqual([]);
    expect(Object.fromEntries(skipped.map(({ trunkName, reason }) => [trunkName, reason]))).toEqual({
      off: 'disabled',
      other: 'notThisNumber',
      down: 'down',
      full: 'full',
    });
    expect(trunks.whyNoLine(MOBILE)).toBe('down: is down (OPTIONS unanswered); full: all 1 calls are in use; off: is switched off');
  });

  it('counts calls from the legs that live', async () => {
    const { id } = await trunks.create({ ...CARRIER, maxCalls: 1 });
    const leg = dialOn(id);
    trunks.noteLeg(leg);
    expect(trunks.state(id)?.inUse).toBe(1);
    const seenAtTheEnd: (number | undefined)[] = [];
    leg.endSignal.addEventListener('abort', () => seenAtTheEnd.push(trunks.state(id)?.inUse));
    leg.clear(16);
    expect(seenAtTheEnd).toEqual([0]);
    expect(trunks.state(id)?.inUse).toBe(0);
    expect(trunks.whyNoLine(MOBILE)).toBeNull();
  });

  it('says when a paced trunk is free again', async () => {
    const trunk = await trunks.create({ ...CARRIER, callsPerSecond: 10 });
    trunks.noteSeizure({ trunk, group: null });
    expect(trunks.select(MOBILE).skipped).toMatchObject([{ reason: 'paced', freeAt: clock.now() + 100 }]);
    await clock.advance(100);
    expect(names(MOBILE)).toEqual(['carrier']);
  });

  it('reaches extensions by the FXS ports and nothing else', () => {
    expect(trunks.select({ kind: 'extension', extension: '201' }).candidates).toMatchObject([
      { trunk: { name: 'extensions', kind: 'analogue', maxCalls: 1 } },
    ]);
    analogue.physical = [];
    expect(trunks.select({ kind: 'extension', extension: '201' }).candidates).toEqual([]);
  });

  it('sends a SIP address to the trunk at its host, else through one that takes any number', async () => {
    await trunks.create({ ...CARRIER, name: 'any', address: 'proxy.example.com', priority: 1 });
    await trunks.create({ ...CARRIER, name: 'there', prefixes: ['+44'] });
    await trunks.create({ ...CARRIER, name: 'uk', address: 'uk.example.com', prefixes: ['+44'] });
    expect(names({ kind: 'sip', uri: 'sip:anna@192.0.2.7:5070;transport=udp' })).toEqual(['there', 'any']);
    expect(names({ kind: 'sip', uri: 'sip:anna@elsewhere.example' })).toEqual(['any']);
  });
});

describe('pacing', () => {
  it('never lets more than the rate and a tenth of it through in a second, and reaches the rate', async () => {
    const pacer = new Pacer(clock);
    let seized = 0;
    for (let elapsed = 0; elapsed < 1000; elapsed += 7) {
      while (pacer.waitMs(50) === 0 && seized < 100) {
        pacer.seize(50);
        seized += 1;
      }
      await clock.advance(7);
    }
    expect(seized).toBeLessThanOrEqual(55);
    expect(seized).toBeGreaterThanOrEqual(50);
  });
});

describe('the address of a peer', () => {
  it.each([
    ['192.0.2.7:5070', { host: '192.0.2.7', port: 5070 }],
    ['192.0.2.7', { host: '192.0.2.7', port: 5060 }],
    ['sip.example.com:5061', { host: 'sip.example.com', port: 5061 }],
    ['localhost', { host: 'localhost', port: 5060 }],
    ['[2001:db8::1]:5070', { host: '2001:db8::1', port: 5070 }],
    ['2001:db8::1', { host: '2001:db8::1', port: 5060 }],
    ['[192.0.2.7]:5070', null],
    ['192.0.2.7:99999', null],
    ['1.2.3', null],
    ['a:b:c', null],
    ['-a.example', null],
    ['', null],
  ])('reads %s', (text, expected) => {
    expect(parseHostPort(text, 5060)).toEqual(expected);
  });
});
