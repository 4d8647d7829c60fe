import { Worker } from 'node:worker_threads';

/**
 * Starts a thread of the store. `entry` is the module's path below this folder without its ending. Run from source (vitest, tsx) the thread gets
 * tsx's loader first: a loader is not inherited by threads on every Node, and Node 20 cannot read TypeScript by itself.
 */
export function startThread(entry: string, workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`${entry}.js`, import.meta.url), { workerData });
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const source = JSON.stringify(new URL(`${entry}.ts`, import.meta.url).href);
  return new Worker(`import(${loader}).then((tsx) => { tsx.register(); return import(${source}); });`, { eval: true, workerData });
}
