import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { silentLogger } from '../../src/core/index.js';
import type { NewEvent } from '../../src/delivery/index.js';
import { logRecordings } from '../../src/event-wiring.js';
import { NativeMedia } from '../../src/media/index.js';
import { readWav } from '../../src/media/library/wav-reader.js';
import { type Call, type CliPair, type Leg, newLineIdentity, type RecordEnd, type RecordOptions } from '../../src/telephony/index.js';
import { openSteppedCard, type SteppedCard } from '../support/stepped-card.js';

const NOBODY = { presentation: 'unavailable', screening: 'unscreened' } as const;
const CLI: CliPair = { network: NOBODY, presentation: NOBODY };
const SENT: RecordOptions = { direction: 'sent', format: 'linear16', maxSeconds: 60 };

let world: SteppedCard;
let media: NativeMedia;
let folder: string;

beforeEach(() => {
  world = openSteppedCard();
  media = new NativeMedia(world.native, silentLogger);
  folder = mkdtempSync(path.join(tmpdir(), 'branchline-recording-'));
});

afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

async function answered(): Promise<Leg> {
  const to = { kind: 'number', e164: '+441632960200' } as const;
  const leg = world.line.dial({ legId: 'leg_1', trunk: world.trunk, to, cli: CLI, identity: newLineIdentity() });
  for (let waited = 0; waited < 20_000 && leg.state !== 'answered'; waited += 20) await world.pass(20);
  expect(leg.state).toBe('answered');
  return leg;
}

async function endOf(ended: Promise<RecordEnd>): Promise<RecordEnd> {
  await world.pass(40);
  return ended;
}

/** Of each 100 ms of a recording whether anything sounds. */
function sounds(file: string): readonly boolean[] {
  const { data } = readWav(readFileSync(file));
  const samples = Array.from({ length: data.length / 2 }, (_, n) => Math.abs(data.readInt16LE(2 * n)));
  return Array.from({ length: samples.length / 800 }, (_, n) => Math.max(...samples.slice(n * 800, (n + 1) * 800)) > 100);
}

describe('a recording', () => {
  it('leaves out what comes while it is paused, and has silence for what comes while it is muted', async () => {
    const leg = await answered();
    media.playTone(leg, 'dial');
    await world.pass(1000);
    const recording = media.record(leg, path.join(folder, 'r.wav'), SENT);
    await world.pass(500);
    recording.pause();
    await world.pass(2000);
    recording.resume();
    recording.mute();
    await world.pass(500);
    recording.unmute();
    await world.pass(500);
    recording.stop();
    const end = await endOf(recording.ended);
    expect(end).toMatchObject({ reason: 'stopped', recordedMs: 1500, file: path.join(folder, 'r.wav') });
    expect(sounds(end.file)).toEqual([...Array<boolean>(5).fill(true), ...Array<boolean>(5).fill(false), ...Array<boolean>(5).fill(true)]);
    expect(readdirSync(folder)).toEqual(['r.wav']);
    // It has ended: nothing happens, and nobody is thrown at.
    recording.pause();
    recording.unmute();
  });

  it('that cannot be written says why, in the event log and in the trace of its call, which goes on', async () => {
    const leg = await answered();
    const [events, traced]: [NewEvent[], unknown[]] = [[], []];
    const call = {
      identity: { id: 'call_1', accountId: 'acc_1', requestId: 'req_1' },
      legs: [leg],
      trace: (type: string, data: unknown) => traced.push([type, data]),
    };
    logRecordings(media, { live: () => [call as unknown as Call] }, { emit: (event) => events.push(event) });
    const file = path.join(folder, 'nowhere', 'r.wav');
    const end = await endOf(media.record(leg, file, SENT).ended);
    const why = { file: '', recordedMs: 0, detail: `${file}.part: No such file or directory` };
    expect(end).toEqual({ reason: 'error', ...why });
    expect(events).toEqual([{ accountId: 'acc_1', callId: 'call_1', requestId: 'req_1', legId: 'leg_1', type: 'recording.failed', data: why }]);
    expect(traced).toEqual([['recording.failed', { legId: 'leg_1', ...why }]]);
    expect(leg.state).toBe('answered');
    expect(media.levels(leg).sentDbm0).toBeLessThan(-60);
    media.playTone(leg, 'dial');
    await world.pass(500);
    expect(media.levels(leg).sentDbm0).toBeGreaterThan(-30);
  });
});
