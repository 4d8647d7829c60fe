// The echo canceller on the line models of ITU-T G.168, beside speexdsp's in the same run. No service: samples in, samples out.
import { spawnSync } from 'node:child_process';

import type { Area } from '../area.js';
import type { Figure, Goal } from '../figure.js';
import { toolFile } from '../tools.js';

const AREA = 'echo';
const METHOD =
  'native/bench/echo_bench: line models D.2 to D.9 of G.168, A-law; where nothing else is said ERL 6 dB (convergence: 6 and 12, 16 cases) and a composite source signal at −15 dBm0; speech is synthetic';

/** Ours with 32 ms of tail is held to these. */
const GOALS: Readonly<Record<string, Goal>> = {
  'ERLE at 1 s, worst': { atLeast: 30 },
  'final ERLE, worst': { atLeast: 35 },
  'final ERLE below A-law’s own limit, worst': { atMost: 1 },
  'ERLE on speech at 1 s, median': { atLeast: 18 },
  'ERLE on speech at 10 s, median': { atLeast: 30 },
  'ERLE kept through speech double talk, worst': { atLeast: 20 },
  'ERLE in the 350 ms after double talk, worst': { atLeast: 20 },
  'echo below noise of −50 dBm0, worst': { atLeast: 5 },
  'echo below noise of −40 dBm0, worst': { atLeast: 10 },
  'ERLE after 120 s of tones, worst': { atLeast: 30 },
  'ERLE 0.6 s after a path change, worst': { atLeast: 25 },
  'suppressor: CPU, the linear part too': { atMost: 0.3 },
  'suppressor: level of near speech changed in double talk, most': { atMost: 1 },
};
const LONG_TAIL_GOALS: Readonly<Record<string, Goal>> = { 'suppressor: CPU, the linear part too': { atMost: 0.5 } };

interface Row {
  readonly canceller: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
}

export const echo: Area = {
  name: AREA,
  run: async ({ say }) => {
    say('a minute of sums');
    const { status, stdout, stderr, error } = spawnSync(toolFile('echo_bench'), ['--json'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`echo_bench ended with ${status ?? error?.message}: ${stderr}`);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    return rows.filter(({ canceller }) => canceller.startsWith('branchline')).map((row) => figureOf(row, rows));
  },
};

function figureOf({ canceller, figure, value, unit }: Row, rows: readonly Row[]): Figure {
  const speex = rows.find((row) => row.canceller.startsWith('speexdsp') && row.figure === figure);
  const tail = canceller.includes('64') ? '64 ms' : '32 ms';
  const goal = (tail === '64 ms' ? LONG_TAIL_GOALS : GOALS)[figure];
  return {
    area: AREA,
    name: `${tail}: ${figure}`,
    value,
    unit,
    ...(goal === undefined ? {} : { goal }),
    method: METHOD,
    ...(speex === undefined ? {} : { beside: `speexdsp: ${speex.value.toFixed(2)}` }),
  };
}
