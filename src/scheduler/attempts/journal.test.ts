import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { temporaryDirectory } from '../../../test/support/store.js';
import { Journal } from './journal.js';

let directory: string;

beforeEach(() => {
  directory = temporaryDirectory();
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What a process that comes after a kill reads. */
const found = (bootId = 'boot-1') => new Journal(directory, bootId).read();

function opened(): Journal {
  const journal = new Journal(directory, 'boot-1');
  journal.open();
  return journal;
}

describe('the journal of seized lines', () => {
  it('tells the next process of the same boot which attempts had seized a line', () => {
    const journal = opened();
    journal.append('att_1', 'try_1', 'leg_1');
    journal.append('att_2', 'try_2', 'leg_2');
    expect(found()).toEqual({ sameBoot: true, attemptIds: new Set(['att_1', 'att_2']) });
  });

  it('says nothing after a reboot, where nothing was synced, nor where the boot is not known', () => {
    opened().append('att_1', 'try_1', 'leg_1');
    expect(found('boot-2')).toEqual({ sameBoot: false, attemptIds: new Set() });
    expect(found('')).toEqual({ sameBoot: false, attemptIds: new Set() });
  });

  it('does not take a missing or an empty file for one of the same boot', () => {
    expect(found().sameBoot).toBe(false);
    writeFileSync(join(directory, 'seizures-a'), Buffer.alloc(1000));
    expect(found().sameBoot).toBe(false);
  });

  it('has its room from the start, so that a full disk cannot stop it', () => {
    const journal = opened();
    const sizes = () => ['seizures-a', 'seizures-b'].map((name) => statSync(join(directory, name)).blocks);
    const before = sizes();
    for (let index = 0; index < 20_000; index += 1) {
      journal.append(`att_${index}`, `try_${index}`, `leg_${index}`);
      if (index >= 10) journal.release(`att_${index - 10}`);
    }
    expect(sizes()).toEqual(before);
    expect(Math.min(...before)).toBeGreaterThan(0);
  });

  it('finds every open attempt at whatever moment it is killed, also while it changes files', () => {
    const journal = opened();
    const open: string[] = [];
    for (let index = 0; index < 30_000; index += 1) {
      const id = `att_${index}`;
      journal.append(id, `try_${index}`, `leg_${index}`);
      open.push(id);
      if (open.length > 50) journal.release(open.shift() ?? '');
      if (index % 1_000 !== 0) continue;
      const { attemptIds } = found();
      expect(open.filter((attempt) => !attemptIds.has(attempt))).toEqual([]);
    }
  });

  it('finds the open attempts in the other file while one is being cleared', () => {
    opened().append('att_1', 'try_1', 'leg_1');
    writeFileSync(join(directory, 'seizures-b'), Buffer.alloc(readFileSync(join(directory, 'seizures-b')).length));
    expect(found()).toEqual({ sameBoot: true, attemptIds: new Set(['att_1']) });
  });

  it('is empty once it was opened again', () => {
    opened().append('att_1', 'try_1', 'leg_1');
    opened();
    expect(found()).toEqual({ sameBoot: true, attemptIds: new Set() });
  });
});
