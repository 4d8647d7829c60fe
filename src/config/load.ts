import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { BranchlineError, type InputProblem } from '../core/index.js';
import { configErrors } from './errors.js';
import { SETTINGS, type SettingKey, type Settings, type Source, variableName } from './settings.js';
import { readValue } from './value.js';

/** What there is to read settings from. */
export interface Origins {
  /** Options by setting key, as text; from the command line's parser. */
  readonly options: Readonly<Partial<Record<SettingKey, string>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Candidate files; the first that exists counts. */
  readonly files: readonly string[];
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** For each key where its value came from ("file /etc/branchline/branchline.yaml"). */
  readonly sources: Readonly<Record<SettingKey, string>>;
}

const KEYS = Object.keys(SETTINGS) as SettingKey[];
/** Environment variables that begin like settings and are read by others: the set-up step, tests and benchmarks. */
const OTHER_VARIABLES = new Set(['BRANCHLINE_PJPROJECT_TARBALL', 'BRANCHLINE_ADDON', 'BRANCHLINE_TEST_DEPTH', 'BRANCHLINE_TOKEN', 'BRANCHLINE_URL']);

/**
 * Reads every setting: command line before environment before file before default.
 *
 * @throws BranchlineError `badValue` or `unknownKey` with all problems at once, each with the way to mend it.
 */
export function loadSettings(origins: Origins): LoadedSettings {
  const problems: InputProblem[] = [];
  const file = readFirstFile(origins.files);
  const fromFile = file === null ? {} : flatten(file.content);
  for (const key of Object.keys(fromFile)) if (!isKey(key)) problems.push(unknown(`${file?.path ?? ''}: ${key}`, key, KEYS));
  for (const name of Object.keys(origins.environment)) {
    if (name.startsWith('BRANCHLINE_') && !OTHER_VARIABLES.has(name) && !KEYS.some((key) => variableName(key) === name)) {
      problems.push(unknown(name, name, KEYS.map(variableName)));
    }
  }
  const settings: Partial<Record<SettingKey, unknown>> = {};
  const sources = {} as Record<SettingKey, string>;
  for (const key of KEYS) {
    const found = candidates(key, origins, fromFile, file?.path ?? '').find((candidate) => candidate.raw !== undefined);
    const value = found === undefined ? { ok: true as const, value: SETTINGS[key].default as unknown } : readValue(SETTINGS[key], found.raw);
    sources[key] = found?.source ?? ('default' satisfies Source);
    if (value.ok) settings[key] = value.value;
    else problems.push({ path: found?.source ?? key, message: `${key}: ${value.message}` });
  }
  if (problems.length > 0) throw refusal(problems);
  return { settings: withAbsoluteState(settings as Settings), sources };
}

function withAbsoluteState(settings: Settings): Settings {
  return { ...settings, stateDir: path.resolve(settings.stateDir) };
}

function candidates(
  key: SettingKey,
  origins: Origins,
  fromFile: Readonly<Record<string, unknown>>,
  filePath: string,
): { raw: unknown; source: string }[] {
  const variable = variableName(key);
  return [
    { raw: origins.options[key], source: 'command line' },
    { raw: origins.environment[variable], source: `environment ${variable}` },
    ...(key === 'stateDir' ? [{ raw: origins.environment['STATE_DIRECTORY']?.split(':')[0], source: 'environment STATE_DIRECTORY' }] : []),
    { raw: fromFile[key], source: `file ${filePath}` },
  ];
}

function readFirstFile(files: readonly string[]): { path: string; content: unknown } | null {
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw new BranchlineError(configErrors.unreadable, `Cannot read ${file}: make it readable for the service`, { cause: error });
    }
    try {
      return { path: file, content: parse(text) as unknown };
    } catch (error) {
      throw new BranchlineError(configErrors.unreadable, `${file} is not YAML: ${(error as Error).message}`, { cause: error });
    }
  }
  return null;
}

/** Nested objects as dotted keys; a key that is both a setting and a parent ("card") may be written as `card: virtual` or `card.fxo: 4`. */
function flatten(content: unknown, prefix = ''): Record<string, unknown> {
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) return { [prefix === '' ? '(whole file)' : prefix]: content };
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(content)) {
    const full = prefix === '' ? key : `${prefix}.${key}`;
    if (isKey(full) && (typeof value !== 'object' || Array.isArray(value))) flat[full] = value;
    else Object.assign(flat, flatten(value, full));
  }
  return flat;
}

function isKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

function unknown(place: string, given: string, known: readonly string[]): InputProblem {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(given.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint = nearest !== undefined && nearest.distance <= Math.max(3, given.length / 3) ? `; did you mean ${nearest.candidate}?` : '';
  return { path: place, message: `unknown setting ${given}${hint}` };
}

function refusal(problems: readonly InputProblem[]): BranchlineError {
  const code = problems.every((problem) => problem.message.startsWith('unknown')) ? configErrors.unknownKey : configErrors.badValue;
  const words = problems.map((problem) => `${problem.path}: ${problem.message}`);
  const list = words.length === 1 ? ` ${words[0] ?? ''}` : `\n${words.map((line) => `  ${line}`).join('\n')}\n`;
  return new BranchlineError(code, `The settings need mending:${list}`, { problems });
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
