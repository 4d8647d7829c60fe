// How what a far end heard is judged.
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { find, follow, loudest, samplesOf, toneLevelOf } from '../../support/audio.js';
import { RESULTS, SCRATCH, must } from './guest.js';

const RATE = 8000;
/** What a tone is looked at in: 20 ms. */
const PIECE = RATE / 50;

/** What a party recorded; kept among the results for whoever looks into a failure. */
export function heardIn(name: string): Float64Array {
  const recording = path.join(SCRATCH, name);
  copyFileSync(recording, path.join(RESULTS, name));
  return samplesOf(readFileSync(recording));
}

/** The prompt is there from its beginning to its end, nothing of it missing, doubled or late. */
export function mustHearPrompt(prompt: Float64Array, heard: Float64Array): void {
  const { peak } = find(loudest(prompt), heard);
  must(peak >= 0.95, `the prompt was not heard: the best second of it resembles it by ${peak.toFixed(2)}`);
  const steps = follow(prompt, heard);
  const bad = steps.filter((step) => step.peak < 0.9);
  must(bad.length === 0, `the prompt is broken at ${bad.map((step) => `${step.atMs} ms (${step.peak.toFixed(2)})`).join(', ')}`);
  must(steps.length >= Math.floor(prompt.length / (RATE / 5)), `only ${steps.length} of its pieces of 200 ms were heard`);
}

/**
 * At least `seconds` of a tone, all but the first and the last half second of what was heard, as one sine: its level does not move and its phase does not
 * jump, as it would where a sample is missing or doubled.
 */
export function mustHearTone(heard: Float64Array, hertz: number, seconds = 2): void {
  const start = RATE / 2;
  const end = heard.length - RATE / 2;
  must(end - start >= seconds * RATE, `only ${heard.length / RATE} s were heard`);
  const tone = heard.subarray(start, end);
  const level = toneLevelOf(tone, hertz);
  must(level > -20, `${hertz} Hz was heard at ${level.toFixed(1)} dBm0`);
  let before: number | null = null;
  const jumps: string[] = [];
  for (let at = 0; at + PIECE <= tone.length; at += PIECE) {
    const phase = phaseOf(tone, at, hertz);
    const moved = before === null ? 0 : Math.abs(Math.atan2(Math.sin(phase - before), Math.cos(phase - before)));
    if (moved > 0.3) jumps.push(`${((start + at) / RATE).toFixed(2)} s`);
    before = phase;
  }
  must(jumps.length === 0, `${hertz} Hz has gaps at ${jumps.join(', ')}`);
}

/** Against a sine that began with the first sample. */
function phaseOf(samples: Float64Array, at: number, hertz: number): number {
  let re = 0;
  let im = 0;
  for (let n = at; n < at + PIECE; n += 1) {
    re += (samples[n] ?? 0) * Math.cos((2 * Math.PI * hertz * n) / RATE);
    im -= (samples[n] ?? 0) * Math.sin((2 * Math.PI * hertz * n) / RATE);
  }
  return Math.atan2(im, re);
}
