// Whether audio goes on in time while the service's JavaScript is blocked.
import { setTimeout as delay } from 'node:timers/promises';

import { blockJavaScript } from '../../support/inspector.js';
import type { Area } from '../area.js';
import { Box, LONG_NUMBER } from '../box.js';
import { runLoad } from '../sipp-load.js';
import { RtpFarEnd } from '../tools.js';

const AREA = 'blocked';
const CALLS = 20;
const BLOCKED_MS = 2000;
const TIMES = 3;
/** Buckets of branchline_audio_frame_lateness_seconds_bucket, seconds. */
const BOUNDS = ['0.0001', '0.00025', '0.0005', '0.001', '0.002', '0.005', '0.01', '0.02', '0.05', '+Inf'] as const;

export const blocked: Area = {
  name: AREA,
  run: async (bench) => {
    const idle = await bench.calibrations.idleThread();
    const box = await Box.start(bench, { inspect: true });
    const rtp = await RtpFarEnd.start(CALLS);
    try {
      const load = runLoad({
        scenario: 'talks',
        to: LONG_NUMBER,
        sipPort: box.service.sipPort,
        rate: 20,
        calls: CALLS,
        rtpPorts: rtp.ports,
        talkMs: 14_000,
      });
      await box.untilLive(CALLS);
      await delay(1000);
      const before = await framesWithin(box);
      rtp.reset();
      const started = performance.now();
      for (let time = 0; time < TIMES; time += 1) await blockJavaScript(box.service.inspectorUrl, BLOCKED_MS);
      const tookMs = performance.now() - started;
      const report = await rtp.report();
      const after = await framesWithin(box);
      await load;
      const counts = BOUNDS.map((_, index) => (after[index] ?? 0) - (before[index] ?? 0));
      const frames = counts.at(-1) ?? 0;
      const bound = BOUNDS[counts.findIndex((count) => count === frames)] ?? '+Inf';
      const method = `${TIMES} times ${BLOCKED_MS} ms blocked (${tookMs.toFixed(0)} ms in all), ${CALLS} calls on playback, ${frames} frames of the audio clock; idle thread of this machine at most ${idle.maxMs.toFixed(2)} ms late`;
      return [
        {
          area: AREA,
          name: 'frame late at most',
          value: bound === '+Inf' ? Infinity : Number(bound) * 1000,
          unit: 'ms',
          goal: { atMost: 20 },
          method: `upper bound of the worst frame’s bucket in /metrics; ${method}`,
        },
        { area: AREA, name: 'frames over 20 ms late', value: frames - (counts[7] ?? 0), unit: 'frames', goal: { atMost: 0 }, method },
        { area: AREA, name: 'packet pacing off 20 ms at the receiver: p99', value: report.pacingP99Ms, unit: 'ms', goal: { atMost: 2 }, method },
        { area: AREA, name: 'packet pacing off 20 ms at the receiver: most', value: report.pacingMaxMs, unit: 'ms', goal: { atMost: 20 }, method },
        { area: AREA, name: 'packets lost', value: report.lost, unit: 'packets', goal: { atMost: 0 }, method },
      ];
    } finally {
      await rtp.stop();
      await box.stop();
    }
  },
};

/** Frames so far that were at most so late, by bound. */
async function framesWithin(box: Box): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const bound of BOUNDS) counts.push(await box.service.metric(`branchline_audio_frame_lateness_seconds_bucket{le="${bound}"}`));
  return counts;
}
