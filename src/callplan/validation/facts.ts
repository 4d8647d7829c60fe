import type { PlanFeatures } from '../node-definition.js';

/** What validation must know of the account that a plan belongs to. */
export interface PlanFacts {
  readonly features: PlanFeatures;
  /** An audio file of this slug is on the account or on one above it. */
  audioExists(slug: string): boolean;
  /** What is wrong with a destination, in words; null: nothing. */
  destinationProblem(text: string): string | null;
  /** A plan of this id or name is on the account or on one above it, and may be run. */
  findPlan(idOrName: string): 'active' | 'notPublished' | 'unknown';
}
