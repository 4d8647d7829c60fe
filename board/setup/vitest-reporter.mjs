// Writes each test's outcome as a line `ok …`, `not ok …` or `skip …: why` into the file that BRANCHLINE_TEST_RESULTS names. vitest's own
// JSON leaves out why a test was skipped (`context.skip('why')`), which `npm test` has to say.
import { writeFileSync } from 'node:fs';

const lineOf = (test) => {
  const { state, note } = test.result();
  if (state === 'passed') return `ok ${test.fullName}`;
  if (state === 'failed') return `not ok ${test.fullName}`;
  return `skip ${test.fullName}: ${note ?? 'no reason given'}`;
};

export default class {
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    writeFileSync(process.env.BRANCHLINE_TEST_RESULTS, tests.map((test) => `${lineOf(test).replaceAll('\n', ' ')}\n`).join(''));
  }
}
