import { readFileSync } from 'node:fs';

import { hasErrors, type PlanFacts, validateInput } from '../callplan/index.js';
import { BranchlineError } from '../core/index.js';
import { DEFAULT_COUNTRY, parseAddress } from '../telephony/index.js';
import { cliErrors } from './errors.js';
import type { Output } from './output.js';

/**
 * Checks a plan document without a service: everything but what only the box knows (which audio files and other plans exist). Exit code 1 when it
 * has errors.
 */
export function validatePlanFile(file: string, options: { readonly scheduledCall: boolean; readonly json: boolean }, output: Output): number {
  const { findings } = validateInput(readJson(file), offlineFacts(options.scheduledCall));
  if (options.json) output.line(JSON.stringify(findings, null, 2));
  else for (const { severity, path, message } of findings) output.line(`${severity.padEnd(8)} ${path === '' ? '/' : path}  ${message}`);
  if (!options.json && !hasErrors(findings)) output.line('The plan is valid. Audio files and other plans it names are checked by the service.');
  return hasErrors(findings) ? 1 : 0;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new BranchlineError(cliErrors.fileUnreadable, `Cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new BranchlineError(cliErrors.fileUnreadable, `${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function offlineFacts(scheduledCall: boolean): PlanFacts {
  return { features: { scheduledCall }, audioExists: () => true, findPlan: () => 'active', destinationProblem };
}

function destinationProblem(text: string): string | null {
  try {
    parseAddress(text, DEFAULT_COUNTRY);
    return null;
  } catch (error) {
    if (error instanceof BranchlineError && error.code.kind === 'user') return error.problems[0]?.message ?? error.message;
    throw error;
  }
}
