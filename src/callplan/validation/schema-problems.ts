import { Type, type TArray, type TObject, type TRecord, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Value } from 'typebox/value';

import { pointerPart } from './findings.js';

/** One place where a value does not fit its schema; `path` is a JSON pointer into the value. */
export interface SchemaProblem {
  readonly path: string;
  readonly code: 'unknownKey' | 'missing' | 'badValue';
  readonly message: string;
}

/** Nobody reads more, and a large input shall not make a large answer. */
const MAX_PROBLEMS = 100;

const VALIDATORS = new WeakMap<TSchema, Validator>();

/** Where `value` does not fit `schema`, in words that say what would; at most 100 places. */
export function schemaProblems(schema: TSchema, value: unknown): readonly SchemaProblem[] {
  if (validatorOf(schema).Check(value)) return [];
  const problems: SchemaProblem[] = [];
  for (const problem of problemsAt(schema, value, '')) {
    problems.push(problem);
    if (problems.length === MAX_PROBLEMS) break;
  }
  return problems.length > 0 ? problems : [{ path: '', code: 'badValue', message: `This must be ${describe(schema)}.` }];
}

/** Compiled once a schema: ten times as fast as walking it, for what fits. */
function validatorOf(schema: TSchema): Validator {
  const known = VALIDATORS.get(schema);
  if (known !== undefined) return known;
  const made: Validator = Compile(schema);
  VALIDATORS.set(schema, made);
  return made;
}

function* problemsAt(schema: TSchema, value: unknown, path: string): Iterable<SchemaProblem> {
  if (Type.IsObject(schema) && isRecord(value)) yield* objectProblems(schema, value, path);
  else if (Type.IsRecord(schema) && isRecord(value)) yield* recordProblems(schema, value, path);
  else if (Type.IsArray(schema) && Array.isArray(value) && hasLength(schema, value)) yield* listProblems(schema, value, path);
  else if (!Value.Check(schema, value)) yield { path, code: 'badValue', message: `This must be ${describe(schema)}.` };
}

function* objectProblems(schema: TObject, value: Record<string, unknown>, path: string): Iterable<SchemaProblem> {
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(schema.properties, key)) continue;
    yield { path: `${path}${pointerPart(key)}`, code: 'unknownKey', message: `"${key}" is not known here: remove it, or correct its spelling.` };
  }
  for (const [key, inner] of Object.entries(schema.properties)) {
    const at = `${path}${pointerPart(key)}`;
    if (Object.hasOwn(value, key)) yield* problemsAt(inner, value[key], at);
    else if ((schema.required ?? []).includes(key)) yield { path: at, code: 'missing', message: `"${key}" is missing: give it ${describe(inner)}.` };
  }
}

function* recordProblems(schema: TRecord, value: Record<string, unknown>, path: string): Iterable<SchemaProblem> {
  for (const inner of Object.values(schema.patternProperties)) {
    for (const [key, entry] of Object.entries(value)) yield* problemsAt(inner, entry, `${path}${pointerPart(key)}`);
  }
}

function* listProblems(schema: TArray, value: readonly unknown[], path: string): Iterable<SchemaProblem> {
  for (const [index, entry] of value.entries()) yield* problemsAt(schema.items, entry, `${path}${pointerPart(index)}`);
}

function hasLength(schema: TArray & { readonly minItems?: number; readonly maxItems?: number }, { length }: readonly unknown[]): boolean {
  return length >= (schema.minItems ?? 0) && length <= (schema.maxItems ?? Infinity);
}

/** What a schema admits, in words; its description where a pattern would have to be explained. */
export function describe(schema: unknown): string {
  if (!isRecord(schema)) return 'a value';
  if (Array.isArray(schema['anyOf'])) return schema['anyOf'].map(describe).join(' or ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  switch (schema['type']) {
    case 'integer':
    case 'number':
      return described(schema) ?? `a ${schema['type'] === 'integer' ? 'whole ' : ''}number${range(schema, 'minimum', 'maximum', '')}`;
    case 'string':
      return described(schema) ?? `a text${range(schema, 'minLength', 'maxLength', ' characters')}`;
    case 'array':
      return `a list of ${describe(schema['items'])}${range(schema, 'minItems', 'maxItems', ' entries')}`;
    case 'object':
      return objectInWords(schema);
    case 'boolean':
      return 'true or false';
    default:
      return 'a value';
  }
}

function objectInWords(schema: Record<string, unknown>): string {
  const keys = isRecord(schema['properties']) ? Object.keys(schema['properties']) : [];
  return keys.length === 0 ? 'an object' : `an object with ${keys.map((key) => `"${key}"`).join(', ')}`;
}

function described(schema: Record<string, unknown>): string | null {
  return typeof schema['description'] === 'string' && 'pattern' in schema ? schema['description'] : null;
}

function range(schema: Record<string, unknown>, low: string, high: string, unit: string): string {
  const [least, most] = [schema[low] as number | undefined, schema[high] as number | undefined];
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}${unit}`;
  if (most !== undefined) return ` of at most ${most}${unit}`;
  return least === undefined ? '' : ` of at least ${least}${unit}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
