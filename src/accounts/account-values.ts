import { BranchlineError, type InputProblem } from '../core/index.js';
import type { AccountLimits } from '../store/index.js';
import { accountErrors } from './errors.js';

/** What a new account gets where nothing is said. */
export const DEFAULT_LIMITS: AccountLimits = { simultaneousScheduledCalls: 100, openRequests: 100_000, latestStartSeconds: 3_600 };

const LONGEST_NAME = 100;
const HIGHEST: AccountLimits = { simultaneousScheduledCalls: 1_000, openRequests: 10_000_000, latestStartSeconds: 365 * 86_400 };

/** The name without surrounding space; throws `accountInvalid` for an empty or a very long one. */
export function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed !== '' && trimmed.length <= LONGEST_NAME) return trimmed;
  throw invalid([{ path: '/name', message: `must have 1 to ${LONGEST_NAME} characters` }]);
}

/** A country as ISO 3166 writes it; throws `accountInvalid` for anything else. */
export function checkedCountry(country: string): string {
  if (/^[A-Z]{2}$/u.test(country)) return country;
  throw invalid([{ path: '/country', message: 'must be an ISO 3166 country of two capital letters, such as GB' }]);
}

/** Limits that are whole numbers within what the appliance can do; throws `accountInvalid` with each that is not. */
export function checkedLimits(limits: AccountLimits): AccountLimits {
  const wrong = (Object.keys(HIGHEST) as (keyof AccountLimits)[]).filter((key) => {
    const value = limits[key];
    return !Number.isInteger(value) || value < 1 || value > HIGHEST[key];
  });
  if (wrong.length === 0) return limits;
  throw invalid(wrong.map((key) => ({ path: `/limits/${key}`, message: `must be a whole number from 1 to ${HIGHEST[key]}` })));
}

function invalid(problems: readonly InputProblem[]): BranchlineError {
  const words = problems.map(({ path, message }) => `${path} ${message}`).join('; ');
  return new BranchlineError(accountErrors.accountInvalid, `The account cannot be stored: ${words}`, { problems });
}
