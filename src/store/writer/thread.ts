import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

import { openReadOnly, openWritable } from '../connection.js';
import { operations } from '../repositories/operations.js';
import { GroupWriter } from './group-writer.js';
import type { CommitMessage, WriterData, WriterReply, WriterRequest } from './protocol.js';

/** The most commits that share a transaction: bounds how long the first of them waits. */
const MAX_GROUP = 500;

const port = parentPort as MessagePort;
const { directory, maxPages } = workerData as WriterData;
const database = openWritable(directory);
if (maxPages !== null) database.pragma(`main.max_page_count = ${maxPages}`);
const witness = openReadOnly(directory);
const writer = new GroupWriter(database, witness, operations);

port.on('message', handle);
reply({ kind: 'ready' });

function handle(request: WriterRequest): void {
  switch (request.kind) {
    case 'commits':
      writeWithAllThatWaits(request.commits);
      break;
    case 'checkpoint':
      database.pragma('wal_checkpoint(PASSIVE)');
      break;
    case 'close':
      close();
      break;
  }
}

/** What came in while the last group was written joins this one; any other request ends the gathering, in its turn. */
function writeWithAllThatWaits(first: readonly CommitMessage[]): void {
  const commits = [...first];
  let other: WriterRequest | null = null;
  while (commits.length < MAX_GROUP && other === null) {
    const request = receiveMessageOnPort(port)?.message as WriterRequest | undefined;
    if (request === undefined) break;
    if (request.kind === 'commits') commits.push(...request.commits);
    else other = request;
  }
  for (let start = 0; start < commits.length; start += MAX_GROUP) {
    reply({ kind: 'results', results: writer.write(commits.slice(start, start + MAX_GROUP)) });
  }
  if (other !== null) handle(other);
}

/** The note of a clean stop is the last thing written: it says that everything before it is there. */
function close(): void {
  try {
    database.prepare("UPDATE store_facts SET value = 1 WHERE name = 'cleanStop'").run();
  } finally {
    witness.close();
    database.close();
    reply({ kind: 'closed' });
    port.close();
  }
}

function reply(message: WriterReply): void {
  port.postMessage(message);
}
