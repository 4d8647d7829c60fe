/**
 * Records a tone in every direction and format into `<folder>/<direction>-<format>.wav` for as long as it lives. Says on standard output, a line of JSON
 * each: that it records, how each recording ended, and every 100 ms how the audio goes.
 */
import path from 'node:path';

import { loadNativeAddon, startNative, SystemClock } from '../../src/core/index.js';

const DIRECTIONS = ['received', 'both', 'mixed'] as const;
const FORMATS = ['linear16', 'alaw'] as const;
const [, , folder = ''] = process.argv;
const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

const options = { stepped: false, realtimePriority: true, maxHandles: 64, country: 'GB' };
const { engine, events } = startNative(loadNativeAddon(), options, new SystemClock(), (error) => {
  throw error;
});
events.on('recorderEnded', ({ reason, file, recordedMs, detail }) => say({ ended: { reason, file, recordedMs, detail } }));
// A leg without a line: a recording of it has what is played to it.
const { handle: leg } = engine.createConference();
engine.playTone(leg, [{ frequencies: [1000], levelDbm0: -10, milliseconds: 1000 }], true);
for (const direction of DIRECTIONS)
  for (const format of FORMATS) {
    const { status } = engine.record(leg, { file: path.join(folder, `${direction}-${format}.wav`), direction, format, maxSeconds: 3600 });
    if (status !== 0) throw new Error(`A recording was refused with status ${status}`);
  }
say({ records: DIRECTIONS.length * FORMATS.length });
setInterval(() => {
  const { frames, recordOverruns, players, recorders } = engine.counters();
  say({ frames, recordOverruns, players, recorders });
}, 100);
