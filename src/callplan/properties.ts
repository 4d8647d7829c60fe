import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** What a property's value means beyond its shape; decides which look-up it must pass. */
export type PropertyKind = 'plain' | 'audio' | 'destination';

/** Names of custom service variables (platform.md §4.1: "@" first, at most 100 characters). */
export const VARIABLE_PATTERN = '^@[A-Za-z0-9_]{1,99}$';
const VARIABLE_NAME = new RegExp(VARIABLE_PATTERN);

/** Slugs of audio files; the media room makes them by the same rule. */
export const SLUG_PATTERN = '^[a-z0-9]+(-[a-z0-9]+)*$';

export function isVariableName(value: unknown): value is `@${string}` {
  return typeof value === 'string' && VARIABLE_NAME.test(value);
}

/** A settings property in whose place a variable's name may stand. */
interface PropertySchema extends TSchema {
  readonly anyOf: readonly [TSchema, TSchema];
  readonly 'x-property': PropertyKind;
}

/**
 * A property of a node: a value of `schema`, or the name of a variable that holds one. Its static type is that of the value, which is what
 * `run` gets; the JSON schema admits both.
 */
export function property<S extends TSchema>(schema: S, details: { kind?: PropertyKind; description: string; default?: Static<S> }) {
  const { kind = 'plain', description } = details;
  return Type.Unsafe<Static<S>>({
    description,
    anyOf: [schema, Type.String({ pattern: VARIABLE_PATTERN, description: 'the name of a variable ("@Name")' })],
    'x-property': kind,
    ...(details.default === undefined ? {} : { default: details.default }),
  });
}

const AUDIO_SLUG = Type.String({ pattern: SLUG_PATTERN, maxLength: 64, description: 'the slug of an audio file ("welcome")' });

/** One audio file by its slug, or several that are played in order. */
export function audioProperty(description: string) {
  const one = property(AUDIO_SLUG, { kind: 'audio', description: 'Slug of an audio file' });
  return Type.Unsafe<string | readonly string[]>({ description, anyOf: [one, Type.Array(one, { minItems: 1, maxItems: 20 })] });
}

/** Whom to call: a number (E.164 or national), "ext:201" or "sip:anna@example.com". */
export function destinationProperty(description: string) {
  const destination = Type.String({ pattern: '^[^@\\s]', maxLength: 256, description: 'a number, "ext:<extension>" or "sip:<address>"' });
  return property(destination, { kind: 'destination', description });
}

/** A property met in a node's settings. */
export interface FoundProperty {
  /** JSON pointer below the settings. */
  readonly path: string;
  readonly kind: PropertyKind;
  /** The schema of its value, variables aside. */
  readonly schema: TSchema;
  readonly value: unknown;
}

/** A copy of `settings` in which every property has been replaced by what `replace` makes of it. `settings` must fit `schema`. */
export function mapProperties(schema: TSchema, settings: unknown, replace: (found: FoundProperty) => unknown, path = ''): unknown {
  if (isProperty(schema)) return replace({ path, kind: schema['x-property'], schema: schema.anyOf[0], value: settings });
  if (Type.IsObject(schema) && isRecord(settings)) {
    const entries = Object.entries(settings).map(([key, value]) => {
      const inner = schema.properties[key];
      return [key, inner === undefined ? value : mapProperties(inner, value, replace, `${path}/${key}`)];
    });
    return Object.fromEntries(entries);
  }
  if (Type.IsArray(schema) && Array.isArray(settings)) {
    return settings.map((value: unknown, index) => mapProperties(schema.items, value, replace, `${path}/${index}`));
  }
  const alternatives = alternativesOf(schema);
  const fitting = alternatives.find((alternative) => Value.Check(alternative, settings));
  return fitting === undefined ? settings : mapProperties(fitting, settings, replace, path);
}

/** Every property that `settings` give a value. */
export function findProperties(schema: TSchema, settings: unknown): readonly FoundProperty[] {
  const found: FoundProperty[] = [];
  mapProperties(schema, settings, (property) => {
    found.push(property);
    return property.value;
  });
  return found;
}

/** What a variable's text means for a property: the value converted to the property's type, or null where it does not fit. */
export function readPropertyText(schema: TSchema, text: string): unknown {
  const value: unknown = Value.Convert(schema, text);
  return Value.Check(schema, value) ? value : null;
}

function isProperty(schema: TSchema): schema is PropertySchema {
  return 'x-property' in schema;
}

function alternativesOf(schema: TSchema): readonly TSchema[] {
  return 'anyOf' in schema && Array.isArray(schema.anyOf) ? (schema.anyOf as TSchema[]) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
