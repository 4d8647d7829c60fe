import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import * as fc from 'fast-check';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';

import { BranchlineError } from '../../core/index.js';
import { parseAddress } from '../../telephony/index.js';
import { planDocumentSchema } from '../schema.js';
import type { PlanFacts } from './facts.js';
import { hasErrors } from './findings.js';
import { validateInput } from './validate.js';

const PLANS = fileURLToPath(new URL('../../../test/data/plans/', import.meta.url));
const AUDIO = new Set(['welcome', 'you-asked', 'menu']);

const facts: PlanFacts = {
  features: { scheduledCall: true },
  audioExists: (slug) => AUDIO.has(slug),
  destinationProblem: (text) => {
    try {
      parseAddress(text, 'GB');
      return null;
    } catch (error) {
      if (error instanceof BranchlineError) return error.message;
      throw error;
    }
  },
  findPlan: (name) => ({ Night: 'active' as const, Draft: 'notPublished' as const })[name] ?? 'unknown',
};
const withoutFeature: PlanFacts = { ...facts, features: { scheduledCall: false } };

function plansIn(folder: 'good' | 'bad'): readonly (readonly [string, unknown])[] {
  return readdirSync(`${PLANS}${folder}`).map(
    (name) => [name.replace('.json', ''), JSON.parse(readFileSync(`${PLANS}${folder}/${name}`, 'utf8')) as unknown] as const,
  );
}

describe('a good plan', () => {
  it.each(plansIn('good'))('has no findings: %s', (_name, document) => {
    expect(validateInput(document, facts).findings).toEqual([]);
  });

  it.each(plansIn('good'))('fits the schema that the API publishes: %s', (_name, document) => {
    expect(Value.Errors(planDocumentSchema, document)).toEqual([]);
  });

  it.each(plansIn('good'))('is the same when what was left away is written out: %s', (_name, input) => {
    const { document } = validateInput(input, facts);
    expect(validateInput(JSON.parse(JSON.stringify(document)), facts).document).toEqual(document);
  });
});

describe('a bad plan', () => {
  it.each(plansIn('bad'))('is told what is wrong and where: %s', (_name, file) => {
    const { expect: expected, document } = file as { expect: [string, string][]; document: unknown };
    const { findings } = validateInput(document, facts);
    expect(new Set(findings.map(({ code, path }) => `${code} ${path}`))).toEqual(new Set(expected.map(([code, path]) => `${code} ${path}`)));
    for (const { message } of findings) expect(message).toMatch(/[.)]$/);
  });

  it('may be published in spite of warnings', () => {
    const [, file] = plansIn('bad').find(([name]) => name === 'unreachable-node') ?? [];
    const { findings } = validateInput((file as { document: unknown }).document, facts);
    expect(hasErrors(findings)).toBe(false);
  });

  it('of more than 2000 nodes is refused before anything looks through it', () => {
    const nodes = Array.from({ length: 2001 }, (_, index) => ({ id: index + 1, type: 'Jump', settings: { target: { node: index + 2 } } }));
    expect(validateInput({ format: 1, name: 'Long', nodes }, facts).findings).toMatchObject([{ code: 'tooManyNodes' }]);
  });

  it('of 2000 nodes in a row is looked through without running out of stack', () => {
    const nodes = Array.from({ length: 2000 }, (_, index) => ({ id: index + 1, type: 'Jump', settings: { target: { node: index + 2 } } }));
    expect(validateInput({ format: 1, name: 'Long', nodes }, facts).findings.map(({ code }) => code)).toContain('pathWithoutInteraction');
  });
});

describe('an account without the Scheduled Call feature', () => {
  it('has no Scheduled Call in Start', () => {
    const [, callback] = plansIn('good').find(([name]) => name === 'callback') ?? [];
    expect(validateInput(callback, withoutFeature).findings.map(({ code, path }) => [code, path])).toEqual([
      ['featureMissing', '/nodes/0/settings/scheduledCall/enabled'],
      ['featureMissing', '/nodes/0/settings'],
    ]);
  });

  it('uses plans that have Continue only', () => {
    const [, plain] = plansIn('good').find(([name]) => name === 'without-scheduled-call') ?? [];
    expect(validateInput(plain, withoutFeature).findings).toEqual([]);
  });
});

describe('validation', () => {
  it('answers any JSON with findings, never with an exception', () => {
    const node = fc.record(
      {
        id: fc.oneof(fc.nat(6), fc.jsonValue()),
        type: fc.oneof(fc.constantFrom('Start', 'Audio', 'IVR Menu', 'Deliver Call', 'Jump', 'Sub Plan Start'), fc.string()),
        settings: fc.oneof(
          fc.jsonValue(),
          fc.record({ audioFile: fc.oneof(fc.constant('welcome'), fc.jsonValue()), target: fc.record({ node: fc.nat(6) }) }, { requiredKeys: [] }),
        ),
        branches: fc.oneof(
          fc.dictionary(fc.constantFrom('Continue', 'Busy', '__proto__', 'item:a'), fc.oneof(fc.nat(6), fc.constant('@A'))),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: ['id', 'type'] },
    );
    const document = fc.record(
      { format: fc.constant(1), name: fc.constant('x'), nodes: fc.array(node), variables: fc.jsonValue() },
      { requiredKeys: ['format', 'name', 'nodes'] },
    );
    const check = (): void =>
      fc.assert(
        fc.property(fc.oneof(fc.jsonValue(), document), (input) => Array.isArray(validateInput(input, facts).findings)),
        { numRuns: 500, seed: 20260115 },
      );
    expect(check).not.toThrow();
  });
});
