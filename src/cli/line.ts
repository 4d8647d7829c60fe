import { type Clock, delay } from '../core/index.js';
import { callApi, type ClientOptions } from './client.js';
import type { Output } from './output.js';

export interface LineTestOptions extends ClientOptions {
  readonly line: string;
  readonly test: string;
  readonly seconds?: number;
  readonly json: boolean;
}

/** What the command reads of a test's answer. */
interface LineTestView {
  readonly id: string;
  readonly result: { readonly passed: boolean; readonly words: string } | null;
}

const POLL_MS = 250;

/** Has a line tested and waits for the result. Exit code 0: passed; 1: not. */
export async function testLine(options: LineTestOptions, clock: Clock, output: Output): Promise<number> {
  const where = `/lines/${encodeURIComponent(options.line)}/tests`;
  const body = { test: options.test, ...(options.seconds === undefined ? {} : { seconds: options.seconds }) };
  let test = (await callApi(options, 'POST', where, body)) as LineTestView;
  while (test.result === null) {
    await delay(clock, POLL_MS);
    test = (await callApi(options, 'GET', `${where}/${test.id}`)) as LineTestView;
  }
  output.line(options.json ? JSON.stringify(test, null, 2) : `${test.result.passed ? 'passed' : 'failed'}: ${test.result.words}`);
  return test.result.passed ? 0 : 1;
}
