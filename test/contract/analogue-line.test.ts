import { NativeMedia } from '../../src/media/index.js';
import { silentLogger } from '../../src/core/index.js';
import { dtmfDigits, openSteppedCard, readWav } from '../support/stepped-card.js';
import { linePortContract } from './line-port.js';

const SERVICE_NUMBER = '+441632960100';

linePortContract('analogue lines of the virtual card, in virtual time', () => {
  const world = openSteppedCard(SERVICE_NUMBER);
  const media = new NativeMedia(world.native, silentLogger);
  return Promise.resolve({
    line: world.line,
    trunk: world.trunk,
    tells: { exactCauses: false, callerNumber: true },
    hasServices: false,
    serviceNumber: SERVICE_NUMBER,
    pass: world.pass,
    listen: (leg) => media.detectDigits(leg, true),
    callIn: () => {
      world.card.callIn(1, '205', { number: '01632960205' });
      return Promise.resolve({ hangUp: () => world.card.hangUp(1) });
    },
    callerOf: () => null,
    heardDigits: () => {
      const file = world.card.heardFile(world.card.calls()[0]?.id ?? '');
      return Promise.resolve(file === null ? 'no file' : dtmfDigits(readWav(file)));
    },
    close: world.close,
  });
});
