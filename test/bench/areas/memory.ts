// Resident memory of the service: ready and idle, and after many calls.
import { setTimeout as delay } from 'node:timers/promises';

import type { Area } from '../area.js';
import { Box, SHORT_NUMBER } from '../box.js';
import { residentMb } from '../machine.js';
import { runLoad } from '../sipp-load.js';
import { RtpFarEnd } from '../tools.js';

const AREA = 'memory';
const RATE = 50;
const SETTLE_MS = 5000;

export const memory: Area = {
  name: AREA,
  run: async (bench) => {
    const calls = bench.full ? 10_000 : 2000;
    const box = await Box.start(bench);
    const rtp = await RtpFarEnd.start(32, 'silent');
    try {
      await delay(SETTLE_MS);
      const idleMb = residentMb(box.service.pid);
      bench.say(`${calls} calls at ${RATE}/s`);
      const perRun = 2000;
      let succeeded = 0;
      for (let made = 0; made < calls; made += perRun)
        succeeded += (
          await runLoad({ scenario: 'plays', to: SHORT_NUMBER, sipPort: box.service.sipPort, rate: RATE, calls: perRun, rtpPorts: rtp.ports })
        ).succeeded;
      await delay(SETTLE_MS);
      const afterMb = residentMb(box.service.pid);
      const legs = await box.service.metric('branchline_audio_legs');
      const row = {
        area: AREA,
        method: `VmRSS ${SETTLE_MS / 1000} s after; ${succeeded} of ${calls} calls of two seconds at ${RATE}/s`,
        beside: 'Asterisk 22: 84 idle, 620 after 10,000 calls',
      };
      return [
        { ...row, name: 'idle', value: idleMb, unit: 'MB', goal: { atMost: 120 } },
        { ...row, name: `after ${calls} calls`, value: afterMb, unit: 'MB' },
        { ...row, name: `after ${calls} calls, to idle`, value: afterMb / idleMb, unit: 'times', goal: { atMost: 1.5 } },
        { area: AREA, name: 'legs left', value: legs, unit: 'legs', goal: { atMost: 0 }, method: 'branchline_audio_legs of /metrics' },
      ];
    } finally {
      await rtp.stop();
      await box.stop();
    }
  },
};
