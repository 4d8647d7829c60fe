// The DTMF receiver at the limits of its standards, beside spandsp's on the same audio. No service: samples in, keys out.
import { spawnSync } from 'node:child_process';

import type { Area } from '../area.js';
import type { Figure, Goal } from '../figure.js';
import { toolFile } from '../tools.js';

const AREA = 'dtmf';
const SEED = 24;
const OURS = 'branchline';
const METHOD = `native/bench/dtmf_bench, seed ${SEED}: rows of 160 keys of 60 ms at −10 dBm0 a tone unless said; noise: keys and pauses of 100 ms; speech, vowels and chords are synthetic`;

const ALL: Goal = { atLeast: 160 };
const NONE: Goal = { atMost: 0 };
/** By the beginning of a figure's name; the first that fits. What has none is told for comparison. */
const GOALS: readonly (readonly [RegExp, Goal])[] = [
  [/^(both tones|one tone) off by ±1\.5 %/, ALL],
  [/^(both tones|one tone) off by ±1\.8 %/, { atLeast: 154 }], // 46 of 48.
  [/^(both tones|one tone) off by ±3\./, NONE],
  [/^(high|low) tone (4|6|8) dB louder/, ALL],
  [/^on for 40 ms/, ALL],
  [/^on for (25|23|20) ms/, NONE],
  [/^doubled by/, NONE],
  [/^12\.5 keys a second/, ALL],
  [/^dial tone as loud/, ALL],
  [/^signal to noise/, { atMost: 8 }],
  [/^told after/, { atMost: 40 }],
  [/^hits in .* of (speech|chords)/, NONE],
  [/^hits in .* of vowels/, { atMost: 15 }], // An hour; fewer minutes are held to it too.
  [/^CPU/, { atMost: 0.12 }],
];

interface Row {
  readonly receiver: string;
  readonly figure: string;
  readonly value: number | null;
  readonly unit: string;
}

export const dtmf: Area = {
  name: AREA,
  run: async ({ full, say }) => {
    say(full ? 'seven hours of audio: minutes' : 'a minute');
    const words = ['--json', '--seed', String(SEED), ...(full ? ['--full'] : [])];
    const { status, stdout, stderr, error } = spawnSync(toolFile('dtmf_bench'), words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`dtmf_bench ended with ${status ?? error?.message}: ${stderr}`);
    if (stderr !== '') say(stderr.trim());
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    return rows.filter(({ receiver }) => receiver === OURS).map((row) => figureOf(row, rows));
  },
};

function figureOf({ figure, value, unit }: Row, rows: readonly Row[]): Figure {
  const goal = GOALS.find(([pattern]) => pattern.test(figure))?.[1];
  const others = rows.filter((row) => row.receiver !== OURS && row.figure === figure);
  const beside = others.map((row) => `${row.receiver}: ${row.value === null ? '-' : Number(row.value.toFixed(3))}`).join('; ');
  return {
    area: AREA,
    name: figure,
    value: value ?? NaN,
    unit,
    ...(goal === undefined ? {} : { goal }),
    method: METHOD,
    ...(beside === '' ? {} : { beside }),
  };
}
