/** Writes requests with their attempts for as long as it lives; notes each id in a file once its commit is acknowledged. */
import { openSync, writeSync } from 'node:fs';

import { silentLogger, SystemClock } from '../../src/core/index.js';
import { openStore } from '../../src/store/index.js';
import { accountRecord, attemptRecord, requestRecord } from '../support/store.js';

const WRITERS = 20;
const [, , directory = '', acknowledgements = ''] = process.argv;
const notes = openSync(acknowledgements, 'a');
const store = await openStore({ directory, logger: silentLogger, clock: new SystemClock() });
if (store.accounts.root() === null) await store.commit(store.accounts.insert(accountRecord()));

async function write(writer: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `req_${store.boot}_${writer}_${n}`;
    await store.commit(
      store.scheduledCalls.insert(requestRecord({ id })),
      store.scheduledCalls.insertAttempt(attemptRecord({ id: `att_${id}`, requestId: id })),
    );
    writeSync(notes, `${id}\n`);
  }
}

process.stdout.write('writing\n');
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
