// A call hears what a plan speaks: texts by the real espeak-ng, values of prompts that the account has recorded, and the rest by the engine.
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { find, noise, resemblance, samplesOf } from '../support/audio.js';
import { Office, planOf } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventually } from '../support/until.js';

const SERVICE_NUMBER = '+441632960101';
const LISTENER = '+441632960200';
const TEXT = 'The engineer will be with you soon.';
const RECORDED = ['12', 'pounds', 'and', '50', 'pence'].map((word, index) => ({ slug: `say-en-gb-female-${word}`, samples: noise(70 + index, 0.6) }));
const SORRY = noise(99, 1);

interface FarEndCalls {
  readonly items: readonly { readonly id: string; readonly heardMs: number | null }[];
}

const speak = (id: number, settings: object) => ({ id, type: 'Dynamic Audio', settings, branches: { Continue: id + 1, Failed: 9 } });
const PLAN = {
  ...planOf('Spoken', [
    speak(2, { inputValue: TEXT, interpretAs: 'Text' }),
    speak(3, { inputValue: '@Amount', interpretAs: 'Currency', spokenFormat: 'Pounds' }),
    speak(4, { inputValue: '@Room', interpretAs: 'Number' }),
    { id: 5, type: 'Dynamic Audio', settings: { inputValue: '31/02/2026', interpretAs: 'Date' }, branches: { Failed: 9 } },
    { id: 9, type: 'Audio', settings: { audioFile: 'sorry' } },
  ]),
  variables: [
    { name: '@Amount', default: '0', scope: 'Call' },
    { name: '@Room', default: '0', scope: 'Call' },
  ],
};

describe('a call to a plan with Dynamic Audio', () => {
  let service: ServiceProcess;
  let office: Office;

  beforeAll(async () => {
    service = await ServiceProcess.start({ card: 'virtual', demo: true });
    office = new Office(service.api);
    for (const { slug, samples } of RECORDED) await office.audio(slug, samples);
    await office.audio('sorry', SORRY);
    await office.number(SERVICE_NUMBER, PLAN);
  }, 60_000);

  afterAll(async () => service?.stop());

  /** What the far end heard of a call to it, and the call's trace. */
  async function called(variables: Readonly<Record<string, string>>): Promise<{ readonly heard: Float64Array; readonly trace: string }> {
    const before = await service.api.get<FarEndCalls>('/virtual-card/far-end/calls');
    const made = await office.schedule(SERVICE_NUMBER, LISTENER, { variables });
    const { callIds } = await office.finished(made.id, 60_000);
    const { items } = await eventually(
      () => service.api.get<FarEndCalls>('/virtual-card/far-end/calls'),
      (list) => list.items.length > before.items.length && list.items.every(({ heardMs }) => heardMs !== null),
      { what: 'the far end has kept what it heard' },
    );
    const own = items.find(({ id }) => !before.items.some((known) => known.id === id));
    const trace = JSON.stringify(await service.api.get(`/calls/${callIds[0] ?? ''}/events`));
    return { heard: samplesOf(await service.api.bytes(`/virtual-card/far-end/calls/${own?.id ?? ''}/heard.wav`)), trace };
  }

  async function spoken(text: string): Promise<Float64Array> {
    const answer = await fetch(`${service.url}/api/v1/speech/preview`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    });
    expect(answer.status).toBe(200);
    return samplesOf(Buffer.from(await answer.arrayBuffer()));
  }

  const cached = () => readdirSync(path.join(service.stateDir, 'speech'));

  it('hears the text, the amount of recorded prompts in their order, and the number that nobody recorded', async () => {
    const { heard, trace } = await called({ '@Amount': '£12.50', '@Room': '7' });
    expect(resemblance(await spoken(TEXT), heard)).toBeGreaterThan(0.9);
    expect(resemblance(await spoken('Nobody will be with you today.'), heard)).toBeLessThan(0.6);
    const places = RECORDED.map(({ samples }) => find(samples, heard));
    expect(Math.min(...places.map(({ peak }) => peak))).toBeGreaterThan(0.9);
    expect(places.map(({ at }) => at)).toEqual(places.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(resemblance(await spoken('seven'), heard)).toBeGreaterThan(0.9);
    expect(find(SORRY, heard).peak).toBeGreaterThan(0.9);
    expect(trace).toMatch(/speech\.unreadable/);
    expect(trace).not.toMatch(/12\.50/);
    expect(cached()).toHaveLength(2);
  });

  it('hears a text again from the cache, and another value spoken anew', async () => {
    const { heard } = await called({ '@Amount': '12', '@Room': '19' });
    expect(resemblance(await spoken(TEXT), heard)).toBeGreaterThan(0.9);
    expect(resemblance(await spoken('nineteen'), heard)).toBeGreaterThan(0.9);
    expect(cached()).toHaveLength(3);
  });

  it('goes on by Failed where the value cannot be read', async () => {
    const { heard } = await called({ '@Amount': '12 or 13' });
    expect(find(SORRY, heard).peak).toBeGreaterThan(0.9);
    expect(find(RECORDED[0]?.samples ?? SORRY, heard).peak).toBeLessThan(0.5);
  });
});
