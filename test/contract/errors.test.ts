// Every error code is used for one thing only, says what to change, and reaches programs with a status that fits.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ErrorCode } from '../../src/core/index.js';
import { problemBody, statusOf } from '../../src/api/problem.js';

const SOURCE = path.resolve('src');
/** Thousands by room (src/core/errors.ts). */
const RANGES: Readonly<Record<string, number>> = {
  core: 1,
  config: 2,
  store: 3,
  accounts: 4,
  telephony: 5,
  media: 6,
  lines: 6,
  callplan: 7,
  scheduler: 8,
  api: 9,
  health: 10,
  cli: 11,
  cards: 12,
};

interface Table {
  readonly file: string;
  readonly room: string;
  readonly codes: readonly ErrorCode[];
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

async function tables(): Promise<readonly Table[]> {
  const found: Table[] = [];
  for (const file of files.filter((name) => /= errorCodes\(/.test(readFileSync(path.join(SOURCE, name), 'utf8')))) {
    const module = (await import(path.join(SOURCE, file))) as Record<string, Readonly<Record<string, ErrorCode>>>;
    const codes = Object.entries(module).flatMap(([name, table]) => (name.endsWith('Errors') ? Object.values(table) : []));
    found.push({ file, room: file.split(path.sep)[0] ?? '', codes });
  }
  return found;
}

describe('the tables of errors', () => {
  it('use an id and a name for one error only, in the range of their room', async () => {
    const all = await tables();
    expect(all.length).toBeGreaterThanOrEqual(10);
    const ids = all.flatMap(({ codes }) => codes.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(80);
    expect(ids).toEqual([...new Set(ids)]);
    for (const { file, room, codes } of all) {
      for (const { id } of codes) expect([file, Math.floor(Number(id.slice(2)) / 1000)]).toEqual([file, RANGES[room]]);
    }
  });

  it('have no error that nobody makes', async () => {
    const text = files.map((file) => readFileSync(path.join(SOURCE, file), 'utf8')).join('\n');
    const unused = (await tables()).flatMap(({ codes }) => codes.filter(({ name }) => !new RegExp(`Errors\\.${name}\\b`).test(text)));
    expect(unused.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  });

  it('give one name one status, and a bug never tells the outside that it is at fault', async () => {
    const codes = (await tables()).flatMap((table) => table.codes);
    const statuses = new Map<string, number>();
    for (const code of codes) {
      const status = statusOf(code);
      expect([code.name, statuses.get(code.name) ?? status]).toEqual([code.name, status]);
      statuses.set(code.name, status);
      const range = code.kind === 'user' ? [400, 499] : [500, 599];
      expect([code.name, status >= (range[0] ?? 0) && status <= (range[1] ?? 0)]).toEqual([code.name, true]);
    }
  });
});

/** Says what a person can do, what does not exist, or hands on words that do. */
const REMEDY =
  /\b(use|give|choose|send|leave|remove|delete|wait|try|read|make|ask|contact|create|upload|convert|connect|assign|enable|record|accepted|only|add|pass|change|shorten|validate|see|set|have|must|should|there is|there are|has ended)\b|is not (JSON|YAML)|\$\{[^}]*(message|words|problems|title|list)/i;

describe('the words of user errors', () => {
  it('say what to change, or that something does not exist', async () => {
    const user = new Set((await tables()).flatMap(({ codes }) => codes.filter(({ kind }) => kind === 'user').map(({ name }) => name)));
    const messages = files
      .flatMap((file) => [
        ...readFileSync(path.join(SOURCE, file), 'utf8').matchAll(
          /(?:new BranchlineError|refuse)\(\s*\w+Errors\.(\w+),\s*(['`])((?:(?!\2).|\n)*)\2/g,
        ),
      ])
      .filter(([, name = '']) => user.has(name));
    expect(messages.length).toBeGreaterThan(40);
    const silent = messages.filter(([, , , text = '']) => !REMEDY.test(text)).map(([, name, , text]) => `${name ?? ''}: ${text ?? ''}`);
    expect(silent).toEqual([]);
  });

  it('carry their code at the end', async () => {
    const { BranchlineError } = await import('../../src/core/index.js');
    const [table] = await tables();
    const code = table?.codes[0] as ErrorCode;
    expect(problemBody(new BranchlineError(code, 'Words'))).toMatchObject({ title: `Words (${code.id})`, code: code.name });
  });
});
