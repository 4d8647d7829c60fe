import type { Area } from '../area.js';

/** All calibrations; their figures are added to every run that used them. */
export const calibration: Area = {
  name: 'calibration',
  run: async ({ calibrations }) => {
    await calibrations.disk();
    await calibrations.idleThread();
    await calibrations.echo();
    return [];
  },
};
