import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';

import { BranchlineError } from '../core/index.js';
import { cardErrors } from './errors.js';
import type { DahdiDevice } from './dahdi.js';

const TemplateSchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    /** Any of these, as regular expressions, in the device's type or manufacturer. */
    match: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    /** Kernel module. */
    module: Type.String({ minLength: 1 }),
    /** `card`: it has a canceller of its own. `software`: DAHDI's, on every channel of calls. */
    echoCanceller: Type.Union([Type.Literal('card'), Type.Literal('software')]),
    /** Told to who sets it up: jumpers, module parameters by country. */
    notes: Type.Optional(Type.Array(Type.String())),
    /** Module parameters by country ("GB"); `default` for all others. */
    moduleOptions: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { additionalProperties: false },
);

/** What is to be known of a model of card beside what DAHDI tells. */
export type CardTemplate = Static<typeof TemplateSchema>;

const PrimarySchema = Type.Object({ framing: Type.String(), coding: Type.String(), crc4: Type.Boolean() }, { additionalProperties: false });

const CountrySchema = Type.Object(
  {
    /** DAHDI's name of its tones. */
    toneZone: Type.String({ minLength: 2 }),
    e1: Type.Optional(PrimarySchema),
    t1: Type.Optional(PrimarySchema),
  },
  { additionalProperties: false },
);

const CountriesSchema = Type.Record(Type.String(), CountrySchema);

/** What a country's lines want of `system.conf`. */
export type CardCountry = Static<typeof CountrySchema>;

/** @throws BranchlineError `templateBroken` that names the file and the place. */
export function readTemplate(file: string, text: string): CardTemplate {
  return checked(TemplateSchema, file, text);
}

/** By ISO 3166 code, and `default`. */
export function readCountries(file: string, text: string): Readonly<Record<string, CardCountry>> {
  const countries = checked(CountriesSchema, file, text);
  if (countries['default'] === undefined) throw broken(file, 'it has no "default"');
  return countries;
}

/** The first template that a device answers to; null: an unknown model, which is set up by what DAHDI tells. */
export function templateFor(device: DahdiDevice, templates: readonly CardTemplate[]): CardTemplate | null {
  const told = `${device.manufacturer} ${device.type}`;
  return templates.find(({ match }) => match.some((pattern) => new RegExp(pattern, 'i').test(told))) ?? null;
}

function checked<T extends TSchema>(schema: T, file: string, text: string): Static<T> {
  const content: unknown = parse(text);
  if (Value.Check(schema, content)) return content;
  const [first] = Value.Errors(schema, content);
  throw broken(file, first === undefined ? 'it is not what it should be' : `${first.instancePath || '/'} ${first.message}`);
}

function broken(file: string, why: string): BranchlineError {
  return new BranchlineError(cardErrors.templateBroken, `${file} cannot be used: ${why}`);
}
