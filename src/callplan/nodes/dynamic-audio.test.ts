import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { audio, deliver } from '../../../test/support/callplan/nodes.js';
import { PlanRig } from '../../../test/support/callplan/plan-rig.js';
import { accountRecord, openTestStore, type TestStore } from '../../../test/support/store.js';
import { BranchlineError, delay } from '../../core/index.js';
import { callPlanErrors } from '../errors.js';
import type { Announcement } from '../ports.js';

let testStore: TestStore;
let rig: PlanRig;
let announced: Announcement[];

beforeAll(async () => {
  testStore = await openTestStore();
  await testStore.store.commit(testStore.store.accounts.insert(accountRecord()));
});

beforeEach(() => {
  rig = new PlanRig(testStore.store);
  announced = [];
  rig.announce = (announcement) => {
    announced.push(announcement);
    return Promise.resolve([
      { name: 'say-en-gb-female-3', path: '/audio/three.wav' },
      { name: 'speech', path: '/speech/spoken.wav' },
    ]);
  };
});

afterAll(() => testStore.remove());

const speak = (id: number, settings: object, branches: object = { Continue: 3, Failed: 4 }) => ({ id, type: 'Dynamic Audio', settings, branches });
/** Node 2 speaks; 3 is where it leads when it did, 4 when it did not. */
const after = [audio(3, 'sales', 5), audio(4, 'support', 5), deliver(5)];
const begun = async (settings: object, variables: Record<string, string> = {}, more: object = {}) =>
  rig.scheduled(await rig.plan([speak(2, settings), ...after], more), variables);

describe('Dynamic Audio', () => {
  it('plays what is to be heard for the value, in order, and goes on', async () => {
    const run = await begun({ inputValue: '3', interpretAs: 'Number' });
    await rig.clock.advance(6100);
    expect(announced).toEqual([{ value: '3', interpretAs: 'Number', spokenFormat: 'Cardinal', language: null, gender: 'Female' }]);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['three+spoken', 'sales']);
  });

  it('speaks what a variable holds, in the voice, language and format that were chosen', async () => {
    const settings = { inputValue: '@When', interpretAs: 'Date', spokenFormat: 'Month Year', gender: '@Who', language: 'de-DE' };
    const variables = [
      { name: '@When', default: '', scope: 'Call' },
      { name: '@Who', default: 'Male', scope: 'Call' },
    ];
    await begun(settings, { '@When': '01/12/2026', '@Who': 'Nobody' }, { variables });
    await rig.clock.advance(0);
    expect(announced).toEqual([{ value: '01/12/2026', interpretAs: 'Date', spokenFormat: 'Month Year', language: 'de-DE', gender: 'Male' }]);
  });

  it('leaves by Failed, and keeps the value out of the trace, where it cannot be read', async () => {
    rig.announce = () => Promise.resolve(null);
    const run = await begun({ inputValue: 'secret', interpretAs: 'Time' });
    await rig.clock.advance(100);
    expect(rig.media.playingTo(run.a.leg)).toBe('support');
    expect(rig.trace(run.call)).toEqual(expect.arrayContaining(['speech.unreadable 2', 'node.left 2 Failed']));
    expect(JSON.stringify(rig.tables.traceRows)).not.toMatch(/secret/);
  });

  it('leaves by Failed where a value is longer than 32 characters, which a text may be', async () => {
    const variables = [{ name: '@Long', default: '1', scope: 'Call' }];
    const long = '1'.repeat(33);
    const run = await begun({ inputValue: '@Long', interpretAs: 'Number' }, { '@Long': long }, { variables });
    await rig.clock.advance(100);
    expect([rig.media.playingTo(run.a.leg), announced]).toEqual(['support', []]);
    await begun({ inputValue: '@Long', interpretAs: 'Text' }, { '@Long': long }, { variables });
    await rig.clock.advance(100);
    expect(announced).toMatchObject([{ value: long, spokenFormat: 'Plain' }]);
  });

  it('leaves by Failed where nothing could speak it, or play it', async () => {
    rig.announce = () => Promise.reject(new BranchlineError(callPlanErrors.noAnswerFromLine, 'The engine is missing'));
    const unspoken = await begun({ inputValue: '3', interpretAs: 'Number' });
    await rig.clock.advance(100);
    expect(rig.media.playingTo(unspoken.a.leg)).toBe('support');
    expect(rig.trace(unspoken.call)).toContain('speech.failed 2');
    rig.announce = () => Promise.resolve([{ name: 'speech', path: '/speech/gone.wav' }]);
    rig.media.broken.add('gone');
    const unplayed = await begun({ inputValue: '3', interpretAs: 'Number' });
    await rig.clock.advance(100);
    expect(rig.media.playingTo(unplayed.a.leg)).toBe('support');
  });

  it('ends the run with an error where it failed by a bug', async () => {
    rig.announce = () => Promise.reject(new TypeError('a bug'));
    const run = await begun({ inputValue: '3', interpretAs: 'Number' });
    await rig.clock.advance(5100);
    expect(run.end()?.reason).toBe('error');
  });

  it('ends when the A-party hangs up while the engine works, and plays nothing to it', async () => {
    rig.announce = async () => {
      await delay(rig.clock, 2000);
      return [{ name: 'speech', path: '/speech/late.wav' }];
    };
    const run = await begun({ inputValue: '3', interpretAs: 'Number' });
    await rig.clock.advance(1000);
    run.a.end();
    await rig.clock.advance(5000);
    expect(run.end()?.reason).toBe('aPartyCleared');
    expect(rig.media.heardBy(run.a.leg)).toEqual([]);
  });

  it('that is not connected any further ends the call: silently when it spoke, with congestion tone when it failed', async () => {
    const run = rig.scheduled(await rig.plan([speak(2, { inputValue: '3', interpretAs: 'Number' }, {})]));
    await rig.clock.advance(6100);
    expect([run.end()?.reason, rig.media.heardBy(run.a.leg)]).toEqual(['completed', ['three+spoken']]);
    rig.announce = () => Promise.resolve(null);
    const failing = rig.scheduled(await rig.plan([speak(2, { inputValue: '3', interpretAs: 'Number' }, {})]));
    await rig.clock.advance(100);
    expect(rig.media.playingTo(failing.a.leg)).toBe('tone:congestion');
  });
});
