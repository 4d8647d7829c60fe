// From the start of the process until it is ready, over a state that a kill left behind.
import { setTimeout as delay } from 'node:timers/promises';

import { ServiceProcess } from '../../support/service-process.js';
import type { Area } from '../area.js';
import { Box, FIRST_PARTY_PREFIX, SHORT_NUMBER } from '../box.js';
import { quantile } from '../figure.js';

const AREA = 'start';
const RESTARTS = 5;
const REQUESTS = 1000;
const DAY_MS = 86_400_000;

export const start: Area = {
  name: AREA,
  run: async (bench) => {
    const box = await Box.start(bench);
    try {
      const scheduledAt = new Date(Date.now() + DAY_MS).toISOString();
      const requests = Array.from({ length: REQUESTS }, (_, index) => ({
        serviceNumber: SHORT_NUMBER,
        firstParty: FIRST_PARTY_PREFIX + String(index).padStart(3, '0'),
        scheduledAt,
      }));
      await box.service.api.post('/scheduled-calls/batch', { requests });
      await box.service.kill();
      const seconds: number[] = [];
      for (let n = 0; n < RESTARTS; n += 1) {
        const began = performance.now();
        const service = await ServiceProcess.start({ stateDir: box.stateDir });
        seconds.push((performance.now() - began) / 1000);
        await delay(500);
        await service.kill();
      }
      const row = {
        area: AREA,
        unit: 's',
        method: `process started to /readyz 200, looked at every 20 ms; ${RESTARTS} restarts, each after kill −9, ${REQUESTS} open requests`,
        beside: 'Asterisk 22: 2.0–2.7',
      };
      return [
        { ...row, name: 'restart to ready: p50', value: quantile(seconds, 0.5), goal: { atMost: 2 } },
        { ...row, name: 'restart to ready: longest', value: Math.max(...seconds), goal: { atMost: 2 } },
      ];
    } finally {
      await box.service.kill();
      box.removeState();
    }
  },
};
