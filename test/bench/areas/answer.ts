// Who answered, told from greetings that espeak-ng speaks. No service: samples in, decisions out.
import { spawnSync } from 'node:child_process';

import type { Area } from '../area.js';
import type { Goal } from '../figure.js';
import { toolFile } from '../tools.js';

const AREA = 'answer';
const METHOD =
  'native/bench/answer_bench: 120 calls answered by people and 96 by mailboxes, texts spoken by 8 voices of espeak-ng, noise −65 to −42 dBm0, seed 20261; synthetic voices, not a survey';

/** What rules by the length of a greeting reach: business greetings are as long as short mailbox texts. */
const GOALS: Readonly<Record<string, Goal>> = {
  'human taken for human': { atLeast: 72 },
  'machine taken for machine': { atLeast: 90 },
  'human: decided after, most': { atMost: 4000 },
  'machine: decided after, most': { atMost: 4000 },
  'beeps found': { atLeast: 95 },
  'false beeps': { atMost: 0 },
};

interface Row {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
}

export const answer: Area = {
  name: AREA,
  run: async ({ say }) => {
    say('half a minute of greetings');
    const { status, stdout, stderr, error } = spawnSync(toolFile('answer_bench'), ['--json'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`answer_bench ended with ${status ?? error?.message}: ${stderr}`);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
      .map(({ figure, value, unit }) => {
        const goal = GOALS[figure];
        return { area: AREA, name: figure, value, unit, ...(goal === undefined ? {} : { goal }), method: METHOD };
      });
  },
};
