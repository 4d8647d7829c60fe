// A figure of the benchmarks, the table people read and the file programs read.
import { writeFileSync } from 'node:fs';

/** What a figure is held to. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number } | { readonly from: number; readonly to: number };

export interface Figure {
  readonly area: string;
  readonly name: string;
  /** NaN: it could not be measured. */
  readonly value: number;
  readonly unit: string;
  readonly goal?: Goal;
  /** How it was measured, and what it depends on. */
  readonly method: string;
  /** The same figure elsewhere: "Asterisk 22: 0.35". */
  readonly beside?: string;
}

/** Null without a goal. */
export function isMet({ value, goal }: Figure): boolean | null {
  if (goal === undefined) return null;
  if ('from' in goal) return value >= goal.from && value <= goal.to;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

function goalText(goal: Goal | undefined): string {
  if (goal === undefined) return '';
  if ('from' in goal) return `${goal.from}…${goal.to}`;
  return 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
}

function valueText(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3);
}

const HEADINGS = ['area', 'figure', 'value', 'unit', 'goal', 'met', 'beside'] as const;

/** One line a figure, columns as wide as they need. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const met = isMet(figure);
    const verdict = met === null ? '' : met ? 'yes' : 'NO';
    return [figure.area, figure.name, valueText(figure.value), figure.unit, goalText(figure.goal), verdict, figure.beside ?? ''];
  });
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [lineOf(HEADINGS), lineOf(widths.map((width) => '-'.repeat(width))), ...rows.map(lineOf)].join('\n');
}

/** Writes the list of {area, name, value, unit, goal, met, method}. */
export function writeFigures(file: string, figures: readonly Figure[]): void {
  const rows = figures.map((figure) => ({
    area: figure.area,
    name: figure.name,
    value: Number.isFinite(figure.value) ? figure.value : null,
    unit: figure.unit,
    goal: figure.goal === undefined ? null : goalText(figure.goal),
    met: isMet(figure),
    method: figure.beside === undefined ? figure.method : `${figure.method}. Beside: ${figure.beside}`,
  }));
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
}

/** The value below which this part (0…1) of the values lies; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}
