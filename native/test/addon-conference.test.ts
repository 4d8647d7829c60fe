// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Handle, MemberSettings, NativeAddon, NativeEngine, NativeEvent } from '../addon/addon.js';

const ADDON_FILE =
  process.env['BRANCHLINE_ADDON'] ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../build/release/addon/branchline.node');
const addon = createRequire(import.meta.url)(ADDON_FILE) as NativeAddon;

let engine: NativeEngine;
let events: NativeEvent[];
/** Two callers who are answered, the first of them saying a tone. */
let legs: Handle[];

beforeEach(() => {
  events = [];
  legs = [];
  engine = addon.createEngine({ stepped: true, realtimePriority: false, maxHandles: 64 }, (batch) => {
    for (const event of batch) {
      events.push(event);
      if (event.type === 'legIncoming') engine.answer(event.leg);
      if (event.type === 'legAnswered') legs.push(event.leg);
    }
  });
  engine.cardStartVirtual({ fxo: 2, fxs: 0 });
  const segments = [
    { frequencies: [600], levelDbm0: -12, milliseconds: 400 },
    { frequencies: [], levelDbm0: -12, milliseconds: 200 },
  ];
  engine.virtualCallIn(1, { script: [{ do: 'tone', segments, loop: true }], heardFolder: '' });
  engine.virtualCallIn(2, { script: [{ do: 'wait', milliseconds: 60_000 }], heardFolder: '' });
  for (let i = 0; i < 500 && legs.length < 2; i++) engine.step(20);
  if (legs.length < 2) throw new Error('the callers were not answered');
});
afterEach(() => engine.close());

it('callers who are joined hear each other, it is told who talks, and all ends with the conference', () => {
  const conference = engine.createConference().handle;
  const members = legs.map((leg) => engine.joinConference(conference, leg, { role: 'speaker' }).handle);
  engine.step(1000);
  const talker = events.find((event) => event.type === 'memberTalks');
  expect(talker).toMatchObject({ conference, talking: true, leg: legs[members.indexOf(talker?.member ?? 0)] });
  const listener = legs.find((leg) => leg !== talker?.leg) ?? 0;
  expect(engine.levels(listener).sentDbm0).toBeGreaterThan(-30);
  expect(engine.counters().conferenceMembers).toBe(2);

  expect(engine.setConferenceMember(talker?.member ?? 0, { role: 'muted' })).toBe(0);
  engine.step(2000);
  expect(engine.levels(listener).sentDbm0).toBeLessThan(-60);

  engine.clear(conference, 16, 0);
  engine.step(100);
  expect(events.filter((event) => event.type === 'memberEnded')).toMatchObject([{ reason: 'conferenceEnded' }, { reason: 'conferenceEnded' }]);
  expect(events.filter((event) => event.type === 'legEnded')).toMatchObject([{ leg: conference, q850: 16 }]);
});

it('a role that there is not is refused with those that there are', () => {
  const conference = engine.createConference().handle;
  const settings = { role: 'chair' } as unknown as MemberSettings;
  expect(() => engine.joinConference(conference, legs[0] ?? 0, settings)).toThrow('speaker, muted, listener or coach');
  expect(engine.joinConference(legs[0] ?? 0, legs[1] ?? 0, { role: 'speaker' }).status).not.toBe(0);
});
