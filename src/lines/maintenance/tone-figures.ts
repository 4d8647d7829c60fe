/** What is heard on a line: its level, and the frequencies that carry it. */
export interface ToneFigures {
  readonly levelDbm0: number;
  /** Hz, lowest first; one or two. */
  readonly frequenciesHz: readonly number[];
}

const RATE = 8000;
/** Peak of a sine at 0 dBm0 in 16-bit linear, ITU-T G.711 for A-law: 3.14 dB below full scale. */
const DBM0_PEAK = 22_800;
/** Where the tones of exchanges lie, ITU-T E.180. */
const [LOWEST_HZ, HIGHEST_HZ, STEP_HZ] = [250, 700, 2];
/** Two frequencies of one tone lie further apart than this, and less than so much in level. */
const APART_HZ = 20;
const WEAKER_DB = 10;

/** Measures half a second or more of a tone, 8 kHz. */
export function toneFigures(samples: Int16Array): ToneFigures {
  const spectrum: { readonly hz: number; readonly level: number }[] = [];
  for (let hz = LOWEST_HZ; hz <= HIGHEST_HZ; hz += STEP_HZ) spectrum.push({ hz, level: levelOf(samples, hz) });
  const strongest = strongestOf(spectrum);
  const second = strongestOf(spectrum.filter(({ hz }) => Math.abs(hz - strongest.hz) >= APART_HZ));
  const both = second.level >= strongest.level - WEAKER_DB ? [strongest, second] : [strongest];
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  return { levelDbm0: decibels(Math.sqrt(2 * power)), frequenciesHz: both.map(({ hz }) => hz).sort((a, b) => a - b) };
}

function strongestOf(spectrum: readonly { readonly hz: number; readonly level: number }[]): { readonly hz: number; readonly level: number } {
  return spectrum.reduce((best, one) => (one.level > best.level ? one : best), { hz: 0, level: -Infinity });
}

/** Level of one frequency, dBm0 (Goertzel, with a Hann window so that a neighbour does not leak in). */
function levelOf(samples: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / RATE);
  let [last, before] = [0, 0];
  samples.forEach((sample, index) => {
    const window = 1 - Math.cos((2 * Math.PI * index) / samples.length);
    [last, before] = [sample * window + coefficient * last - before, last];
  });
  const power = last * last + before * before - coefficient * last * before;
  return decibels((2 * Math.sqrt(Math.max(0, power))) / Math.max(1, samples.length));
}

function decibels(peak: number): number {
  return Math.round(200 * Math.log10(Math.max(peak, 0.1) / DBM0_PEAK)) / 10;
}
