// `npm run bench [-- --only AREA] [--full]`: prints a table of figures and writes bench-results.json.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import type { Area, Bench } from './area.js';
import { blocked } from './areas/blocked.js';
import { calibration } from './areas/calibration.js';
import { dtmf } from './areas/dtmf.js';
import { answer } from './areas/answer.js';
import { echo } from './areas/echo.js';
import { lateness } from './areas/lateness.js';
import { media } from './areas/media.js';
import { memory } from './areas/memory.js';
import { setup } from './areas/setup.js';
import { speech } from './areas/speech.js';
import { start } from './areas/start.js';
import { store } from './areas/store.js';
import { Calibrations } from './calibrations.js';
import { type Figure, isMet, tableOf, writeFigures } from './figure.js';
import { watchCompany } from './machine.js';
import { prepare } from './preflight.js';
import { ROOT } from './tools.js';

const AREAS: readonly Area[] = [calibration, lateness, setup, media, memory, echo, answer, dtmf, speech, blocked, store, start];
const RESULTS = path.join(ROOT, 'bench-results.json');
const USAGE = `usage: npm run bench [-- [--only AREA]… [--full]]

  --only AREA   ${AREAS.map(({ name }) => name).join(', ')}; calibrations that its figures need are added
  --full        longer runs, and those that need minutes`;

interface Wanted {
  readonly areas: readonly Area[];
  readonly full: boolean;
}

/** Null: wrong words. */
function wantedOf(words: readonly string[]): Wanted | null {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { only: { type: 'string', multiple: true }, full: { type: 'boolean', default: false } },
    });
    const names = values.only ?? AREAS.map(({ name }) => name);
    if (!names.every((name) => AREAS.some((area) => area.name === name))) return null;
    return { areas: AREAS.filter(({ name }) => names.includes(name)), full: values.full };
  } catch {
    return null;
  }
}

interface Outcome {
  readonly figures: readonly Figure[];
  readonly failed: readonly string[];
}

async function measure({ areas, full }: Wanted, folder: string): Promise<Outcome> {
  const calibrations = new Calibrations(folder);
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const area of areas) {
    const bench: Bench = { full, calibrations, folder, say: (text) => console.error(`bench: ${area.name}: ${text}`) };
    bench.say('begins');
    const company = watchCompany();
    try {
      figures.push(...(await area.run(bench)));
    } catch (error) {
      failed.push(area.name);
      console.error(error);
    }
    figures.push(companyFigure(area.name, company()));
  }
  return { figures: [...(await calibrations.figures()), ...figures], failed };
}

function companyFigure(area: string, { othersPercent, stolenPercent, loadAverage, cores }: ReturnType<ReturnType<typeof watchCompany>>): Figure {
  return {
    area,
    name: 'machine: CPU of other processes',
    value: othersPercent,
    unit: '% of a core',
    method: `while the area was measured, of ${cores} cores; taken by the hypervisor ${stolenPercent.toFixed(1)} %, load average at the end ${loadAverage.toFixed(1)}`,
  };
}

async function main(): Promise<number> {
  const wanted = wantedOf(process.argv.slice(2));
  if (wanted === null) {
    console.error(USAGE);
    return 2;
  }
  prepare();
  // Below the clone, as the state of `npm start` is: a system's /tmp may have no disk under it.
  mkdirSync(path.join(ROOT, 'build'), { recursive: true });
  const folder = mkdtempSync(path.join(ROOT, 'build', 'bench-'));
  const started = performance.now();
  try {
    const { figures, failed } = await measure(wanted, folder);
    writeFigures(RESULTS, figures);
    const goals = figures.filter(({ goal }) => goal !== undefined);
    console.log(tableOf(figures));
    console.log(
      `\n${goals.filter((figure) => isMet(figure) === true).length} of ${goals.length} goals met, in ${((performance.now() - started) / 1000).toFixed(0)} s; how each was measured: ${RESULTS}`,
    );
    if (failed.length > 0) console.error(`not measured, by an error above: ${failed.join(', ')}`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
