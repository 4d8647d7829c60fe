// Dials three calls to an address where nobody listens. Says on standard error when it begins and when it is done: what a preloaded library tells
// between the two was done for the calls.
import { NativeSip } from './native-sip.js';

const sip = new NativeSip();
const trunk = sip.trunk(9);
process.stderr.write('dialling\n');
const legs = [sip.dial(trunk), sip.dial(trunk), sip.dial(trunk)];
await Promise.all(legs.map((leg) => sip.event('legSeized', leg)));
process.stderr.write('dialled\n');
await sip.close();
