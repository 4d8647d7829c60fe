import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { AccountService, ServiceNumberService } from './accounts/index.js';
import type { AudioLibraryPort } from './api/index.js';
import type { PlanService } from './callplan/index.js';
import type { AccountRecord, Store } from './store/index.js';
import type { TrunkDirectory } from './telephony/index.js';

/** Numbers that Ofcom keeps free for drama: nobody has them. */
const SERVICE_NUMBER = '+441632960100';
const DDI_PREFIX = '+441632960';
const OFFICE = '+441632960208';
const PROMPTS = ['welcome', 'you-asked-for-a-call', 'menu', 'invalid-choice', 'goodbye'] as const;

interface DemoParts {
  readonly store: Store;
  readonly accounts: AccountService;
  readonly serviceNumbers: ServiceNumberService;
  readonly plans: PlanService;
  readonly audio: AudioLibraryPort;
  readonly trunks: TrunkDirectory;
  readonly stateDir: string;
  /** Folder of the prompts that come with the box. */
  readonly promptFolder: string;
  /** FXO channels of the card; empty: no trunk is made. */
  readonly fxoChannels: readonly number[];
  /** ISDN spans of the card; empty: no trunk is made. */
  readonly isdnSpans: readonly number[];
}

/**
 * Makes what the first Scheduled Call needs: an account with a service number, a call plan and its audio, and a trunk over the card's FXO lines. What
 * an interrupted first start left behind is completed; once it was complete it is never made again, so that what people remove stays away. A database
 * that was begun anew gets it anew.
 */
export async function makeDemo(parts: DemoParts, root: AccountRecord): Promise<void> {
  const marker = path.join(parts.stateDir, 'demo-made');
  if (existsSync(marker) && parts.store.boot > 1) return;
  await completeDemo(parts, root);
  writeFileSync(marker, '');
}

async function completeDemo(parts: DemoParts, root: AccountRecord): Promise<void> {
  const account = await demoAccount(parts, root);
  await addPrompts(parts, account.id);
  const planId = await demoPlan(parts, account.id);
  const existing = parts.store.serviceNumbers.byNumber(SERVICE_NUMBER);
  const number =
    existing ??
    (await parts.serviceNumbers.create({ accountId: account.id, number: SERVICE_NUMBER, status: 'active', description: 'Demo: call-back' }));
  if (parts.store.serviceNumbers.assignments(number.id).length === 0) await parts.serviceNumbers.assign(number.id, planId, true);
  await addTrunks(parts);
}

/** Analogue lines first; ISDN takes what they have no room for. */
async function addTrunks({ trunks, fxoChannels, isdnSpans }: DemoParts): Promise<void> {
  const known = new Set(trunks.list().map(({ kind }) => kind));
  if (fxoChannels.length > 0 && !known.has('analogue'))
    await trunks.create({ name: 'card lines', kind: 'analogue', channels: fxoChannels, serviceNumber: SERVICE_NUMBER, priority: 100 });
  if (isdnSpans.length > 0 && !known.has('isdn'))
    await trunks.create({ name: 'card ISDN', kind: 'isdn', spans: isdnSpans, ddiPrefix: DDI_PREFIX, priority: 110 });
}

async function demoAccount({ store, accounts }: DemoParts, root: AccountRecord): Promise<AccountRecord> {
  const existing = store.accounts.children(root.id).find(({ name }) => name === 'Demo');
  return existing ?? accounts.create(root.id, { parentId: root.id, name: 'Demo', features: { scheduledCall: true } });
}

async function addPrompts({ store, audio, promptFolder }: DemoParts, accountId: string): Promise<void> {
  for (const slug of PROMPTS) {
    if (store.audioFiles.bySlug(accountId, slug) !== null) continue;
    const content = readFileSync(path.join(promptFolder, `${slug}.wav`));
    await audio.import({ accountId, slug, description: 'Comes with the box', content });
  }
}

async function demoPlan({ plans }: DemoParts, accountId: string): Promise<string> {
  const existing = plans.list([accountId], { limit: 1 }).rows[0];
  return existing?.id ?? (await plans.create(accountId, DEMO_PLAN)).plan.id;
}

/** Callers hear a welcome, those who asked for a call a word of their own; then both choose: 1 to be connected, 2 to hear it again. */
const DEMO_PLAN = {
  format: 1,
  name: 'Callback',
  description: 'Asks what the caller wants and connects to the office',
  variables: [],
  nodes: [
    {
      id: 1,
      type: 'Start',
      settings: { scheduledCall: { enabled: true } },
      branches: { Continue: 2, 'Scheduled Call': 3 },
      position: { x: 0, y: 0 },
    },
    { id: 2, type: 'Audio', settings: { audioFile: 'welcome' }, branches: { Continue: 4 }, position: { x: 240, y: 0 } },
    { id: 3, type: 'Audio', settings: { audioFile: 'you-asked-for-a-call' }, branches: { Continue: 4 }, position: { x: 240, y: 160 } },
    {
      id: 4,
      type: 'IVR Menu',
      settings: {
        promptAudio: 'menu',
        items: [
          { key: 'office', digit: '1', description: 'The office' },
          { key: 'again', digit: '2', description: 'Hear it again' },
        ],
        timeoutSeconds: 5,
        maxAttempts: 2,
        invalidAudio: 'invalid-choice',
      },
      branches: { 'item:office': 5, 'item:again': 2, Timeout: 6, Invalid: 6 },
      position: { x: 480, y: 80 },
    },
    {
      id: 5,
      type: 'Deliver Call',
      settings: { destination: OFFICE, ringSeconds: 20 },
      branches: { 'Ring No Reply': 6, Busy: 6 },
      position: { x: 720, y: 0 },
    },
    { id: 6, type: 'Audio', settings: { audioFile: 'goodbye' }, branches: {}, position: { x: 720, y: 160 } },
  ],
  subPlans: [],
};
