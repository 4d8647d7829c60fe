import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One row of the first table of src/telephony/causes/README.md. */
export interface CauseTableRow {
  readonly q850: number;
  readonly text: string;
  readonly outcome: string;
  readonly sipStatus: number;
  readonly lineRefusal: boolean;
  readonly readsBackAs: number;
}

/** One row of the second; `status` is a number, or a class such as "4xx" for all others of it. */
export interface StatusTableRow {
  readonly status: number | string;
  readonly q850: number;
  readonly outcome: string;
  readonly lineRefusal: boolean;
  readonly refusedWith: number;
}

/** The two tables that people read, as the tests of both sides compare them with the code. */
export function readCauseTable(): { readonly causes: readonly CauseTableRow[]; readonly statuses: readonly StatusTableRow[] } {
  const file = path.join(import.meta.dirname, '../../src/telephony/causes/README.md');
  const [, causes = '', statuses = ''] = readFileSync(file, 'utf8').split(/^## .*$/mu);
  return { causes: rowsOf(causes).map(causeRowOf), statuses: rowsOf(statuses).map(statusRowOf) };
}

/** Cells of a table's rows, without its head. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function causeRowOf([q850, text = '', outcome = '', status, line, back]: string[]): CauseTableRow {
  return { q850: Number(q850), text, outcome, sipStatus: Number(status), lineRefusal: line === 'yes', readsBackAs: Number(back) };
}

function statusRowOf([status = '', q850, outcome = '', line, refusal]: string[]): StatusTableRow {
  const named = status.startsWith('other ') ? status.slice('other '.length) : Number(status);
  return { status: named, q850: Number(q850), outcome, lineRefusal: line === 'yes', refusedWith: Number(refusal) };
}
