import type { TSchema } from 'typebox';

import type { PlanVariable } from '../document.js';
import { isVariableName, mapProperties, readPropertyText, type FoundProperty } from '../properties.js';

/** Says whether a value can stand for a property whose meaning goes beyond its form (an audio file that exists, a readable destination). */
export type Usable = (found: FoundProperty, value: unknown) => boolean;

/** The custom service variables of one run. A bad or missing value falls back to the variable's default (platform.md §5.8). */
export class RunVariables {
  readonly #declared: ReadonlyMap<string, PlanVariable>;
  readonly #values: Map<string, string>;

  /** `given`: values to begin with; names that the plan does not declare are left out. */
  constructor(declared: ReadonlyMap<string, PlanVariable>, given: Readonly<Record<string, string>>) {
    this.#declared = declared;
    this.#values = new Map(Object.entries(given).filter(([name]) => declared.has(name)));
  }

  /** Null where the plan declares no such variable. */
  get(name: string): string | null {
    return this.#values.get(name) ?? this.#declared.get(name)?.default ?? null;
  }

  /** Every value that is not the default, by name. */
  assigned(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#values);
  }

  /** A node's settings with variables replaced by what they hold. */
  fill(schema: TSchema, settings: unknown, usable: Usable): unknown {
    return mapProperties(schema, settings, (found) => (isVariableName(found.value) ? this.#valueFor(found, found.value, usable) : found.value));
  }

  /** The whole number from 1 that a variable holds; null where neither it nor its default is one. */
  nodeId(name: string): number | null {
    const text = [this.#values.get(name), this.#declared.get(name)?.default].find(
      (candidate) => candidate !== undefined && /^[1-9][0-9]{0,9}$/.test(candidate),
    );
    return text === undefined ? null : Number(text);
  }

  #valueFor(found: FoundProperty, name: string, usable: Usable): unknown {
    const text = this.#values.get(name);
    const value = text === undefined ? null : readPropertyText(found.schema, text);
    if (value !== null && usable(found, value)) return value;
    return readPropertyText(found.schema, this.#declared.get(name)?.default ?? '');
  }
}
