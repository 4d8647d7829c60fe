import { describe, expect, it } from 'vitest';

import { toneFigures } from './tone-figures.js';

/** A tone of so many sines of one level, with noise of −50 dBm0 that comes the same each time. */
function tone(levelDbm0: number, ...frequencies: readonly number[]): Int16Array {
  const peak = 22_800 * 10 ** (levelDbm0 / 20);
  let state = 1;
  return Int16Array.from({ length: 4000 }, (_, index) => {
    state = (state * 48_271) % 2_147_483_647;
    const noise = (state / 2_147_483_647 - 0.5) * 2 * 22_800 * 10 ** (-50 / 20);
    return Math.round(frequencies.reduce((sum, hz) => sum + peak * Math.sin((2 * Math.PI * hz * index) / 8000), noise));
  });
}

describe('the figures of a tone', () => {
  it.each([
    ['UK dial tone', [350, 440], -16],
    ['one frequency', [400], -10],
    ['a weak tone', [425], -35],
  ])('tell frequencies and level of %s', (_name, frequencies, each) => {
    const figures = toneFigures(tone(each, ...frequencies));
    expect(figures.frequenciesHz).toHaveLength(frequencies.length);
    figures.frequenciesHz.forEach((hz, index) => expect(Math.abs(hz - (frequencies[index] ?? 0))).toBeLessThanOrEqual(2));
    expect(Math.abs(figures.levelDbm0 - (each + 10 * Math.log10(frequencies.length)))).toBeLessThan(0.5);
  });
});
