import type { FastifyError } from 'fastify';
import { Type, type Static } from 'typebox';

import { BranchlineError, type ErrorCode, type InputProblem } from '../core/index.js';
import { apiErrors } from './errors.js';

/** RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'URN of the error code' }),
    title: Type.String({ description: 'What to change, for people; ends in the error code' }),
    status: Type.Integer(),
    code: Type.String({ description: 'What programs compare' }),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String({ description: 'JSON pointer' }), message: Type.String() }))),
  },
  { $id: 'Problem' },
);
export type ProblemBody = Static<typeof Problem>;

/** Status by code name, where the kind alone does not say it. */
const STATUS: Readonly<Record<string, number>> = {
  invalidInput: 400,
  notJson: 400,
  idempotencyKeyInvalid: 400,
  badCursor: 400,
  tokenMissing: 401,
  tokenRefused: 401,
  accountDisabled: 403,
  accountNotYours: 403,
  forbidden: 403,
  notFound: 404,
  routeUnknown: 404,
  cardNotVirtual: 404,
  conflict: 409,
  wrongState: 409,
  idempotencyInProgress: 409,
  eventGone: 410,
  bodyTooLarge: 413,
  audioTooLarge: 413,
  unsupportedMedia: 415,
  rateLimited: 429,
  diskFull: 507,
  audioNotStored: 507,
  speechNotStored: 507,
};

export function statusOf(code: ErrorCode): number {
  const named = STATUS[code.name];
  if (named !== undefined) return named;
  switch (code.kind) {
    case 'user':
      if (/(Taken|InUse|Conflict)$/.test(code.name)) return 409;
      return /(NotFound|Unknown)$/.test(code.name) ? 404 : 422;
    case 'operational':
      return 503;
    case 'unexpected':
      return 500;
  }
}

const TOO_LARGE = { code: apiErrors.bodyTooLarge, message: 'The body is too large: JSON may have 1 MB, an audio file 10 MB' };
const WRONG_MEDIA = { code: apiErrors.unsupportedMedia, message: 'Send application/json, or multipart/form-data where a file is uploaded' };

/** The framework's own errors in our words. */
const FRAMEWORK_ERRORS: Readonly<Record<string, { readonly code: ErrorCode; readonly message: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: TOO_LARGE,
  FST_REQ_FILE_TOO_LARGE: TOO_LARGE,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: WRONG_MEDIA,
  FST_INVALID_MULTIPART_CONTENT_TYPE: WRONG_MEDIA,
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: apiErrors.notJson, message: 'The body is empty: send a JSON object' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: apiErrors.notJson, message: 'The body is not JSON' },
};

/** Any error as a BranchlineError: Fastify's own become ours, everything else is a bug and tells nothing to the outside. */
export function asBranchlineError(error: unknown): BranchlineError {
  if (error instanceof BranchlineError) return error;
  const { code, validation, validationContext, statusCode, message } = error as Partial<FastifyError>;
  if (validation !== undefined) return invalidInput(validation.map((finding) => readable(finding, validationContext ?? 'body')));
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code];
  if (known !== undefined) return new BranchlineError(known.code, known.message);
  if (error instanceof SyntaxError && statusCode === 400) return new BranchlineError(apiErrors.notJson, `The body is not JSON: ${error.message}`);
  if (statusCode === 429) return new BranchlineError(apiErrors.rateLimited, message ?? 'Too many requests: wait and try again');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new BranchlineError(apiErrors.invalidInput, message ?? 'The request cannot be read');
  return new BranchlineError(apiErrors.internal, 'Something went wrong inside: the log has the details', { cause: error });
}

export function invalidInput(problems: readonly InputProblem[]): BranchlineError {
  const first = problems[0];
  const summary = first === undefined ? 'The input is not valid' : `${first.path === '' ? 'The input' : first.path}: ${first.message}`;
  return new BranchlineError(apiErrors.invalidInput, problems.length > 1 ? `${summary} (and ${problems.length - 1} more)` : summary, { problems });
}

export function problemBody(error: BranchlineError): ProblemBody {
  return {
    type: `urn:branchline:error:${error.code.id}`,
    title: error.message,
    status: statusOf(error.code),
    code: error.code.name,
    ...(error.problems.length === 0 ? {} : { errors: [...error.problems] }),
  };
}

interface AjvFinding {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Record<string, unknown>;
}

/** One finding of the validator in words that say what to change. */
function readable(finding: AjvFinding, context: string): InputProblem {
  const base = context === 'body' ? finding.instancePath : `/${context}${finding.instancePath}`;
  switch (finding.keyword) {
    case 'required':
      return { path: `${base}/${String(finding.params['missingProperty'])}`, message: 'is missing' };
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return {
        path: `${base}/${String(finding.params['additionalProperty'] ?? finding.params['unevaluatedProperty'])}`,
        message: 'is not a known field: remove it',
      };
    case 'enum':
      return { path: base, message: `must be one of ${(finding.params['allowedValues'] as unknown[]).map(String).join(', ')}` };
    case 'const':
      return { path: base, message: `must be ${JSON.stringify(finding.params['allowedValue'])}` };
    case 'discriminator':
      return {
        path: `${base}/${String(finding.params['tag'])}`,
        message: `cannot be ${JSON.stringify(finding.params['tagValue'])}: the API document has what it may be`,
      };
    case 'format':
      return {
        path: base,
        message:
          finding.params['format'] === 'date-time'
            ? 'must be a time in ISO 8601 with offset, such as 2026-12-01T09:30:00Z'
            : `must be a ${String(finding.params['format'])}`,
      };
    default:
      return { path: base, message: finding.message ?? 'is not valid' };
  }
}
