// How the telephones at the card's FXS ports are treated, over the API, in virtual time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { SteppedService } from '../support/stepped-service.js';

interface ExtensionView {
  readonly extension: string;
  readonly channel: number;
  readonly settings: { readonly messageWaiting: boolean };
}
interface CardView {
  readonly channels: readonly { readonly channel: number; readonly messageWaiting: boolean | null }[];
}

let folder: string;
let service: SteppedService;

const start = () => SteppedService.start('2026-06-01T08:00:00Z', { stateDir: folder, 'card.e1': '0', 'card.bri': '0' });

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'branchline-extensions-'));
  service = await start();
}, 60_000);
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Passes time until the lamps that are lit are those of `channels`. */
async function untilLit(channels: readonly number[]): Promise<void> {
  await service.passUntil(
    async () => (await service.api.get<CardView>('/virtual-card')).channels.flatMap((one) => (one.messageWaiting === true ? [one.channel] : [])),
    (lit) => lit.join() === channels.join(),
  );
}

it('a telephone’s lamp is lit for a waiting message, is lit again after a restart, and goes out', async () => {
  const { items } = await service.api.get<{ readonly items: readonly ExtensionView[] }>('/extensions');
  const [first] = items;
  if (first === undefined) throw new Error('the card has no telephone');
  expect(first).toMatchObject({ extension: '201', settings: { messageWaiting: false } });

  expect(await service.api.request('PATCH', '/extensions/201', { messageWaiting: true })).toMatchObject({ status: 200 });
  await untilLit([first.channel]);

  await service.stop();
  service = await start();
  await untilLit([first.channel]);

  await service.api.request('PATCH', '/extensions/201', { messageWaiting: false });
  await untilLit([]);
});
