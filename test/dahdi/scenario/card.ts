// The virtual card as a person with a screwdriver has it (vcard/faults.c).
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { ROOT } from './guest.js';

/** The E1's two sides, for `d-loss`. */
const E1_SIDES = [5, 6] as const;

/** One fault. Not a blocking write: a card that is pulled waits for its users to let go. */
async function inflict(fault: string): Promise<void> {
  await writeFile('/proc/vcard', fault);
}

export async function cutDChannel(): Promise<void> {
  for (const side of E1_SIDES) await inflict(`d-loss ${side} 100`);
}

export async function mendDChannel(): Promise<void> {
  for (const side of E1_SIDES) await inflict(`d-loss ${side} 0`);
}

export async function pullCard(): Promise<void> {
  await inflict('pull');
}

/** A new one into the slot, configured as the machine's boot would. */
export async function putCardBack(): Promise<void> {
  await inflict('insert');
  await promisify(execFile)(path.join(ROOT, 'test/dahdi/guest/configure.sh'));
}
