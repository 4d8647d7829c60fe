import type { PlanDocument } from '../document.js';
import { indexPlan } from '../plan-index.js';
import { branchFindings } from './branches.js';
import type { PlanFacts } from './facts.js';
import type { Finding } from './findings.js';
import { flowFindings } from './flow.js';
import { readDocument } from './read-document.js';
import { settingsFindings } from './settings.js';
import { structureFindings } from './structure.js';

/** Every rule of platform.md §2.1 for a document that `readDocument` has let pass. No errors among the findings: it may be published. */
export function validatePlan(document: PlanDocument, facts: PlanFacts): readonly Finding[] {
  const index = indexPlan(document);
  return [...structureFindings(index), ...branchFindings(index), ...settingsFindings(index, facts), ...flowFindings(index)];
}

/** Reads and validates a plan from the wire. */
export function validateInput(input: unknown, facts: PlanFacts): { readonly document: PlanDocument | null; readonly findings: readonly Finding[] } {
  const { document, findings } = readDocument(input);
  return document === null ? { document, findings } : { document, findings: validatePlan(document, facts) };
}
