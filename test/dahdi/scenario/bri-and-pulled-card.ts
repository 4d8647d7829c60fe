// A call over a BRI point to multipoint, in and to its B-party; then the card is pulled while two parties talk, and put back.
import { endOfChecks, pause } from './guest.js';
import { pullDuringCall } from './pulled-card.js';
import { Service } from './service.js';

const service = await Service.start();
const { far, office } = service;

await service.callIn('Inbound on BRI', far.isdn('bri', '01632960102'), far.isdn('bri'), '01632960202');
await far.up('e1');
const back = await pullDuringCall(office, far);
await pause(2500);
await service.callIn('Inbound on FXO once the card is back, B on PRI', back.line(4), back.isdn('e1'), '01632960201');
await service.keepRecords();
back.stop();
endOfChecks();
