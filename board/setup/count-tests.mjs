// Reads what a test runner left and prints `passed failed skipped`, then one line for each skipped test.
// Usage: node count-tests.mjs vitest|junit|lines FILE
import { readFileSync } from 'node:fs';

const counters = {
  /** vitest's JSON reporter. A test that was skipped by its own code is "pending", one that was never meant to run is "todo". */
  vitest(text) {
    const tests = JSON.parse(text).testResults.flatMap((file) => file.assertionResults);
    const isSkipped = (test) => test.status !== 'passed' && test.status !== 'failed';
    return {
      passed: tests.filter((test) => test.status === 'passed').length,
      failed: tests.filter((test) => test.status === 'failed').length,
      skipped: tests.filter(isSkipped).map((test) => test.fullName),
    };
  },

  /** ctest --output-junit. */
  junit(text) {
    const cases = [...text.matchAll(/<testcase name="([^"]*)"[^>]*status="([^"]*)"/g)];
    const withStatus = (...wanted) => cases.filter(([, , status]) => wanted.includes(status));
    return {
      passed: withStatus('run').length,
      failed: withStatus('fail').length,
      skipped: withStatus('notrun', 'disabled').map(([, name]) => name),
    };
  },

  /** Lines `ok …`, `not ok …`, `skip …` of a shell script's own tests. */
  lines(text) {
    const starting = (word) => text.split('\n').filter((line) => line.startsWith(`${word} `));
    return { passed: starting('ok').length, failed: starting('not ok').length, skipped: starting('skip').map((line) => line.slice(5)) };
  },
};

const [kind, file] = process.argv.slice(2);
const { passed, failed, skipped } = counters[kind](readFileSync(file, 'utf8'));
console.log([`${passed} ${failed} ${skipped.length}`, ...skipped].join('\n'));
