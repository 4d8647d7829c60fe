import { request } from 'undici';

import { BranchlineError } from '../core/index.js';
import { cliErrors } from './errors.js';

/** Where the service is and who asks. */
export interface ClientOptions {
  /** "http://127.0.0.1:8080". */
  readonly url: string;
  readonly token: string;
}

/**
 * One request to the service's API.
 *
 * @returns the JSON answer of a 2xx.
 * @throws BranchlineError `serviceUnreachable`, or `serviceRefused` with the problem's own words.
 */
export async function callApi(options: ClientOptions, method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const answer = await send(options, method, path, body);
  const text = await answer.body.text();
  const json = parseJson(text);
  if (answer.statusCode >= 200 && answer.statusCode < 300) return json;
  const title = typeof json === 'object' && json !== null && 'title' in json ? String(json.title) : text.slice(0, 200);
  throw new BranchlineError(cliErrors.serviceRefused, `The service refused with ${answer.statusCode}: ${title}`, {
    context: { status: answer.statusCode },
  });
}

async function send(options: ClientOptions, method: 'GET' | 'POST', path: string, body: unknown): ReturnType<typeof request> {
  try {
    return await request(new URL(`/api/v1${path}`, options.url), {
      method,
      headers: { authorization: `Bearer ${options.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headersTimeout: 10_000,
    });
  } catch (error) {
    throw new BranchlineError(
      cliErrors.serviceUnreachable,
      `No service answers at ${options.url}: start it with "npm start", or name it with --url`,
      { cause: error },
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
