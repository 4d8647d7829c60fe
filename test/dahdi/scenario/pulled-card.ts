// A card that is pulled during a call and put back: what its calls end with, what its lines say, and where Scheduled Calls go meanwhile.
import path from 'node:path';

import type { Office, TrunkBody } from '../../support/office.js';
import { Sipp } from '../../support/sipp.js';
import { eventually } from '../../support/until.js';
import { pullCard, putCardBack } from './card.js';
import { FarSide } from './far-side.js';
import { ROOT, check, must } from './guest.js';
import { NUMBERS, ON_E1, ON_LINE_3, PROMPT_ONLY, SPANS } from './office.js';

interface Items<T> {
  readonly items: readonly T[];
}
interface SpanBody {
  readonly span: number;
  readonly alarms: readonly string[];
}
interface LineBody {
  readonly line: string;
  readonly state: string;
}

/** Answers the far side of the card that is in afterwards. */
export async function pullDuringCall(office: Office, far: FarSide): Promise<FarSide> {
  const sipp = await Sipp.start({ scenario: path.join(ROOT, 'test/data/sipp/uas-answer-bye.xml'), values: { TALK_MS: 1000 } });
  await office.trunk('SIP', sipp.port, ON_E1, { priority: 20 });
  await endsItsCall(office, far);
  await check('A pulled card: its lines, trunks and spans say so', () => saysSo(office));
  await check('A pulled card: a Scheduled Call goes by the line that is left', () => goesBySip(office));
  await check('A pulled card: a Scheduled Call that no line is left for fails and says why', () => failsWithoutLine(office));
  await sipp.stop();
  await putCardBack();
  const after = await FarSide.start();
  await check('A card that is back: its lines and spans are too', () => isBack(office, after));
  return after;
}

async function endsItsCall(office: Office, far: FarSide): Promise<void> {
  await check('A pulled card: a caller on FXO talks with a B-party on PRI', async () => {
    await far.line(4).callIn();
    await far.isdn('e1').takeCall(national(NUMBERS.bOnE1.bParty));
  });
  await check('A pulled card: both of the call’s legs end with cause 27', async () => {
    const call = (await office.calls()).find(({ live }) => live);
    must(call !== undefined, 'no call goes on');
    await Promise.all([pullCard(), far.removed()]);
    const { cdrs } = await office.ended(call?.id ?? '');
    const ends = cdrs.map(({ callType, clearDown }) => `type ${callType} cause ${clearDown}`).join(', ');
    must(ends === 'type 1 cause 27, type 2 cause 27', ends);
  });
}

async function saysSo(office: Office): Promise<void> {
  const spans = await spansOf(office);
  must(spans.length === 3 && spans.every(({ alarms }) => alarms.join() === 'removed'), JSON.stringify(spans));
  const lines = await linesOf(office);
  must(
    lines.every(({ state }) => state === 'removed'),
    JSON.stringify(lines),
  );
  const { items } = await office.api.get<Items<TrunkBody>>('/trunks');
  const wrong = items.filter(({ name, state, stateDetail }) => (name === 'SIP' ? state !== 'up' : state !== 'down' || stateDetail === ''));
  must(wrong.length === 0, JSON.stringify(wrong));
}

async function goesBySip(office: Office): Promise<void> {
  const { id } = await office.schedule(PROMPT_ONLY, ON_E1);
  const { state, outcome, attempts } = await office.finished(id);
  const by = attempts[0]?.tries.map(({ trunkName }) => trunkName).join();
  must(state === 'completed' && outcome === 'answered' && by === 'SIP', `it is ${state}, ${outcome}, by ${by}`);
}

async function failsWithoutLine(office: Office): Promise<void> {
  const { id } = await office.schedule(PROMPT_ONLY, ON_LINE_3);
  const { state, outcome, reason, attempts } = await office.finished(id);
  must(
    state === 'failed' && outcome === 'failed' && /line 3.*0 of 1 lines work/.test(reason ?? ''),
    JSON.stringify({ state, outcome, reason, attempts }),
  );
}

async function isBack(office: Office, far: FarSide): Promise<void> {
  await eventually(
    () => linesOf(office),
    (lines) => lines.every(({ state }) => state === 'idle'),
    { what: 'all lines are idle', timeoutMs: 30_000, everyMs: 200 },
  );
  await far.up('e1');
  const { layerTwo } = await office.api.get<{ readonly layerTwo: string }>(`/spans/${SPANS.e1}/settings`);
  must(layerTwo === 'up', `the E1's D channel is ${layerTwo}`);
  const spans = await spansOf(office);
  must(
    spans.every(({ alarms }) => alarms.length === 0),
    JSON.stringify(spans),
  );
}

async function spansOf(office: Office): Promise<readonly SpanBody[]> {
  return (await office.api.get<Items<SpanBody>>('/spans')).items;
}

async function linesOf(office: Office): Promise<readonly LineBody[]> {
  return (await office.api.get<Items<LineBody>>('/lines')).items;
}

/** As it is dialled. */
function national(number: string): string {
  return number.replace('+44', '0');
}
