import type { IsdnDialOptions } from '../../native/addon/addon.js';
import { openSteppedCard, type SteppedCard } from './stepped-card.js';

export const SERVICE_NUMBER = '+441632960100';

/** Keys 1 three seconds after the answer. */
export const CALLER_SCRIPT = [
  { do: 'wait', milliseconds: 3000 },
  { do: 'digits', digits: '1', onMs: 100, offMs: 100 },
] as const;

/** Someone who calls from 01632 960205. */
export function caller(called: string, change: Partial<IsdnDialOptions> = {}): IsdnDialOptions & { readonly overlap: boolean } {
  const number = { type: 4, plan: 1, presentation: 0, screening: 0 };
  return {
    channel: 0,
    exclusive: false,
    bearer: 'speech',
    called: { ...number, digits: called },
    calling: { ...number, digits: '1632960205', type: 2, screening: 3 },
    redirectReason: 0,
    overlap: false,
    ...change,
  };
}

/** The card with its E1 in service. */
export async function openIsdn(): Promise<SteppedCard & { readonly isdn: NonNullable<SteppedCard['isdn']> }> {
  const world = openSteppedCard(SERVICE_NUMBER, { isdn: true });
  const { isdn } = world;
  if (isdn === null) throw new Error('no ISDN');
  for (let waited = 0; isdn.linkOf(2)?.layerTwo !== 'up'; waited += 20) {
    if (waited > 30_000) throw new Error('span 2 does not come up');
    await world.pass(20);
  }
  await world.pass(2000);
  return { ...world, isdn };
}
