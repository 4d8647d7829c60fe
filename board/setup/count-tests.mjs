// Reads what a test runner left and prints `passed failed skipped`, then one line for each skipped test.
// Usage: node count-tests.mjs junit|lines FILE
import { readFileSync } from 'node:fs';

const counters = {
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

  /** Lines `ok …`, `not ok …`, `skip …: why`: vitest-reporter.mjs, and the set-up's own tests. */
  lines(text) {
    const starting = (word) => text.split('\n').filter((line) => line.startsWith(`${word} `));
    return { passed: starting('ok').length, failed: starting('not ok').length, skipped: starting('skip').map((line) => line.slice(5)) };
  },
};

const [kind, file] = process.argv.slice(2);
const { passed, failed, skipped } = counters[kind](readFileSync(file, 'utf8'));
console.log([`${passed} ${failed} ${skipped.length}`, ...skipped].join('\n'));
