// What the branch office of these scenarios has: numbers, plans and trunks on the card's lines.
import { Office, planOf } from '../../support/office.js';
import type { ApiClient } from '../../support/api-client.js';

/** Each plays the prompt, then calls its B-party. */
export const NUMBERS = {
  bOnLine: { number: '+441632960100', bParty: '+441632960200' },
  bOnE1: { number: '+441632960101', bParty: '+441632960201' },
  bOnBri: { number: '+441632960102', bParty: '+441632960202' },
} as const;
/** Plays the prompt, no more. */
export const PROMPT_ONLY = '+441632960103';
/** Whom the E1's lines reach, and no other of the card's. */
export const ON_E1 = '+441632960301';
/** Whom line 3 alone reaches. */
export const ON_LINE_3 = '+441632960300';
/** Spans of vcard.conf at the service's side. */
export const SPANS = { lines: 2, bri: 4, e1: 6 } as const;

export async function openOffice(api: ApiClient, prompt: Float64Array): Promise<Office> {
  const office = new Office(api);
  await office.audio('greeting', prompt);
  const greeting = { id: 2, type: 'Audio', settings: { audioFile: 'greeting' } };
  for (const { number, bParty } of Object.values(NUMBERS)) {
    await office.number(
      number,
      planOf(`Greeting, then ${bParty}`, [
        { ...greeting, branches: { Continue: 3 } },
        { id: 3, type: 'Deliver Call', settings: { destination: bParty, ringSeconds: 20 } },
      ]),
    );
  }
  await office.number(PROMPT_ONLY, planOf('Greeting', [greeting]));
  await api.patch(`/spans/${SPANS.bri}`, { access: 'pointToMultipoint' });
  const nobody = '+4499';
  await api.post('/trunks', { name: 'line 1', kind: 'analogue', channels: [5], serviceNumber: NUMBERS.bOnLine.number, prefixes: [nobody] });
  await api.post('/trunks', { name: 'line 2', kind: 'analogue', channels: [6], prefixes: [NUMBERS.bOnLine.bParty] });
  await api.post('/trunks', { name: 'line 3', kind: 'analogue', channels: [7], prefixes: [ON_LINE_3] });
  await api.post('/trunks', { name: 'line 4', kind: 'analogue', channels: [8], serviceNumber: NUMBERS.bOnE1.number, prefixes: [nobody] });
  await api.post('/trunks', { name: 'E1', kind: 'isdn', spans: [SPANS.e1], numbering: 'dialled', prefixes: [NUMBERS.bOnE1.bParty, ON_E1] });
  await api.post('/trunks', {
    name: 'BRI',
    kind: 'isdn',
    spans: [SPANS.bri],
    numbering: 'dialled',
    prefixes: [NUMBERS.bOnBri.bParty],
  });
  return office;
}
