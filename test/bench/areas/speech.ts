// How long a caller waits for a text to be spoken. No service: the speech room with the real espeak-ng, and its cache on a disk.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

import { silentLogger, SystemClock } from '../../../src/core/index.js';
import { Announcer, Speech, enginesOf } from '../../../src/media/index.js';
import { speechSettings } from '../../support/speech.js';
import type { Area } from '../area.js';
import { quantile } from '../figure.js';

const AREA = 'speech';
const TEXTS = 50;

export const speech: Area = {
  name: AREA,
  run: async ({ folder, full }) => {
    const cacheFolder = mkdtempSync(path.join(folder, 'speech-'));
    try {
      const clock = new SystemClock();
      const engines = enginesOf(speechSettings(), clock);
      const room = new Speech({ engines, cacheFolder, cacheBytes: 100_000_000, atOnce: 2, clock, logger: silentLogger });
      await room.start();
      const announcer = new Announcer({ speech: room, audio: { resolve: () => null }, language: 'en-GB' });
      const count = full ? TEXTS * 10 : TEXTS;
      const announce = async (): Promise<readonly number[]> => {
        const took: number[] = [];
        for (let n = 0; n < count; n += 1) {
          const began = performance.now();
          await announcer.announce('acc_bench', {
            value: `${1000 + n}.50`,
            interpretAs: 'Currency',
            spokenFormat: 'Pounds',
            language: null,
            gender: 'Female',
          });
          took.push(performance.now() - began);
        }
        return took;
      };
      const row = {
        area: AREA,
        unit: 'ms',
        method: `${count} amounts ("one thousand and one pounds and fifty pence"), one after the other, espeak-ng`,
      };
      const [first, again] = [await announce(), await announce()];
      return [
        { ...row, name: 'amount spoken for the first time: p50', value: quantile(first, 0.5) },
        { ...row, name: 'amount spoken for the first time: p99', value: quantile(first, 0.99), goal: { atMost: 1000 } },
        { ...row, name: 'amount from the cache: p50', value: quantile(again, 0.5) },
        { ...row, name: 'amount from the cache: p99', value: quantile(again, 0.99), goal: { atMost: 20 } },
      ];
    } finally {
      rmSync(cacheFolder, { recursive: true });
    }
  },
};
