/**
 * Has texts spoken into the cache at `<folder>/speech`, as fast as it can, by an engine whose audio tells which text it is. Says on standard output,
 * a line each, which text is in a file by now.
 */
import path from 'node:path';

import { silentLogger, SystemClock } from '../../src/core/index.js';
import { Speech } from '../../src/media/index.js';
import { noise, wavOf } from '../support/audio.js';

const [, , folder = '', first = '0'] = process.argv;
const speech = new Speech({
  engines: [{ name: 'noise', identity: 'noise', synthesise: ({ text }) => Promise.resolve(wavOf(noise(Number(text), 2))) }],
  cacheFolder: path.join(folder, 'speech'),
  cacheBytes: 1_000_000,
  atOnce: 2,
  clock: new SystemClock(),
  logger: silentLogger,
});
await speech.start();
for (let text = Number(first); ; text += 1) {
  await speech.file(String(text), { language: 'en-GB', gender: 'Female', name: null, ratePercent: 100 });
  process.stdout.write(`${text}\n`);
}
