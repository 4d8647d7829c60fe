import { defineConfig } from 'vitest/config';

/** One project a depth of test, so that each runs alone: `npx vitest run --project unit`. */
export default defineConfig({
  test: {
    pool: 'forks',
    // A hook starts stores and services, on a machine that others use too.
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts'] } },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 30_000 } },
      { extends: true, test: { name: 'native', include: ['native/test/**/*.test.ts'], testTimeout: 30_000 } },
      { extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], testTimeout: 60_000 } },
      { extends: true, test: { name: 'scenario', include: ['test/scenario/**/*.test.ts'], testTimeout: 120_000 } },
      { extends: true, test: { name: 'interop', include: ['test/interop/**/*.test.ts'], testTimeout: 180_000, fileParallelism: false } },
      { extends: true, test: { name: 'power', include: ['test/power/**/*.test.ts'], testTimeout: 600_000, fileParallelism: false } },
    ],
  },
});
