import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

import { openWritable } from '../connection.js';
import type { MaintenanceData, MaintenanceReply, MaintenanceRequest, MaintenanceTask } from './protocol.js';

/** A connection of its own, so that a checkpoint or a check never makes a commit wait. It changes no row. */
const port = parentPort as MessagePort;
const database = openWritable((workerData as MaintenanceData).directory);

port.on('message', ({ id, task }: MaintenanceRequest) => port.postMessage(answer(id, task)));

function answer(id: number, task: MaintenanceTask): MaintenanceReply {
  try {
    return { id, value: perform(task), error: null };
  } catch (error) {
    return { id, value: null, error: (error as Error).message };
  }
}

function perform(task: MaintenanceTask): string | number {
  switch (task.kind) {
    case 'checkpoint':
      return Math.max(checkpoint('main'), checkpoint('trace'));
    case 'quickCheck':
      return quickCheck();
    case 'copy':
      return copy(task.target);
  }
}

/** Copies what it can of a file's log without making anyone wait; returns how many pages the log has. */
function checkpoint(schema: 'main' | 'trace'): number {
  const [result] = database.pragma(`${schema}.wal_checkpoint(PASSIVE)`) as { readonly log: number }[];
  return result?.log ?? 0;
}

function quickCheck(): string {
  const found = (['main', 'trace'] as const).flatMap((schema) => {
    const lines = database.pragma(`${schema}.quick_check`) as { readonly quick_check: string }[];
    return lines
      .map((line) => line.quick_check)
      .filter((text) => text !== 'ok')
      .map((text) => `${schema}: ${text}`);
  });
  return found.length === 0 ? 'ok' : found.join('\n');
}

/** A compact copy of branchline.db as of one moment. Under its final name only when it is whole and on the disk. */
function copy(target: string): string {
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  database.prepare('VACUUM main INTO ?').run(partial);
  sync(partial);
  renameSync(partial, target);
  sync(dirname(target));
  return target;
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
