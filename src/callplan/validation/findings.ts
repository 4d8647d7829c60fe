import type { InputProblem } from '../../core/index.js';

export type Severity = 'error' | 'warning';

/** Something about a plan that its author should know. A plan with an error cannot be published. */
export interface Finding {
  /** JSON pointer into the document. */
  readonly path: string;
  readonly nodeId?: number;
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong and what to change. */
  readonly message: string;
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}

/** The errors among findings, as an API answer lists them. */
export function problemsOf(findings: readonly Finding[]): readonly InputProblem[] {
  return findings.filter((finding) => finding.severity === 'error').map(({ path, message }) => ({ path, message }));
}

/** One part of a JSON pointer (RFC 6901 §3). */
export function pointerPart(key: string | number): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
