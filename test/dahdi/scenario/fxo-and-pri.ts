// Calls in and Scheduled Calls over FXO lines and an E1, whose D channel is cut while two parties talk.
import { eventually } from '../../support/until.js';
import { cutDChannel, mendDChannel } from './card.js';
import { check, endOfChecks } from './guest.js';
import { NUMBERS, SPANS } from './office.js';
import { Service } from './service.js';

const service = await Service.start();
const { api, far } = service;

/** The E1's D channel is cut until both ends have seen it, and mended. */
async function loseDChannel(): Promise<void> {
  const layerTwoIs = (wanted: string) =>
    eventually(
      () => api.get<{ readonly layerTwo: string; readonly detail: string }>(`/spans/${SPANS.e1}/settings`),
      ({ layerTwo, detail }) => layerTwo === wanted && (wanted === 'up' || detail !== ''),
      { what: `layer 2 of the E1 is ${wanted}`, timeoutMs: 40_000, everyMs: 200 },
    );
  await check('A D channel that is cut during a call: the span tells it, and its return', async () => {
    await cutDChannel();
    await Promise.all([layerTwoIs('down'), far.down('e1')]);
    await mendDChannel();
    await Promise.all([layerTwoIs('up'), far.up('e1')]);
  });
}

const line2 = far.line(2);
await service.callIn('Inbound on FXO', far.line(1), line2, '01632960200');
await service.scheduleCall('Scheduled Call on FXO', NUMBERS.bOnLine.number, far.line(3), '01632960300', line2, '01632960200');
await far.up('e1');
await service.callIn('Inbound on PRI', far.isdn('e1', '01632960100'), line2, '01632960200', loseDChannel);
await service.scheduleCall('Scheduled Call on PRI', NUMBERS.bOnLine.number, far.isdn('e1'), '01632960301', line2, '01632960200');
await service.keepRecords();
far.stop();
endOfChecks();
