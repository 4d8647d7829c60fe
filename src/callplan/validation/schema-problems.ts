import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

import { pointerPart } from './findings.js';

/** One place where a value does not fit its schema; `path` is a JSON pointer into the value. */
export interface SchemaProblem {
  readonly path: string;
  readonly code: 'unknownKey' | 'missing' | 'badValue';
  readonly message: string;
}

type SchemaError = ReturnType<typeof Value.Errors>[number];

/** Where `value` does not fit `schema`, in words that say what would. */
export function schemaProblems(schema: TSchema, value: unknown): readonly SchemaProblem[] {
  const errors = Value.Errors(schema, value);
  const alternatives = errors.filter((error) => error.keyword === 'anyOf').map((error) => `${error.schemaPath}/anyOf/`);
  const outermost = errors.filter((error) => !alternatives.some((prefix) => error.schemaPath.startsWith(prefix)));
  return distinct(outermost.flatMap((error) => problemsOf(error, schema)));
}

function problemsOf(error: SchemaError, root: TSchema): readonly SchemaProblem[] {
  // Said once more, and better, by "additionalProperties".
  if (error.keyword === 'boolean') return [];
  if (error.keyword === 'additionalProperties') {
    return error.params.additionalProperties.map((key) => ({
      path: `${error.instancePath}${pointerPart(key)}`,
      code: 'unknownKey' as const,
      message: `"${key}" is not known here: remove it, or correct its spelling.`,
    }));
  }
  if (error.keyword === 'required') {
    return error.params.requiredProperties.map((key) => ({
      path: `${error.instancePath}${pointerPart(key)}`,
      code: 'missing' as const,
      message: `"${key}" is missing: give it ${describe(schemaAt(root, `${error.schemaPath}/properties${pointerPart(key)}`))}.`,
    }));
  }
  return [{ path: error.instancePath, code: 'badValue', message: `This must be ${describe(schemaAt(root, error.schemaPath))}.` }];
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

/** The part of a schema that a "#/…" path of an error names. */
function schemaAt(root: TSchema, path: string): unknown {
  const keys = path.split('/').slice(1);
  return keys.reduce<unknown>((at, key) => (isRecord(at) || Array.isArray(at) ? (at as Record<string, unknown>)[unescape(key)] : undefined), root);
}

function unescape(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function distinct(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => {
    const key = `${path} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
