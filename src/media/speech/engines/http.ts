import { request } from 'undici';

import { BranchlineError, type Clock } from '../../../core/index.js';
import type { SpeechEngine, Utterance } from '../engine.js';
import { speechErrors } from '../errors.js';

/** Five minutes of 48 kHz audio. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface HttpOptions {
  /** Where utterances are posted to. */
  readonly url: string;
  /** Sent as a bearer token; empty: none. */
  readonly token: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * An engine behind HTTP: `POST url` with `{text, language, gender, voice, ratePercent}` as JSON (`voice` null: its choice), answered 200 with a WAV
 * file. 422 means that it has no such voice. Redirections are not followed: the token is for this address.
 */
export class HttpEngine implements SpeechEngine {
  readonly name = 'the speech server';
  readonly identity: string;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    checkUrl(options.url);
    this.#options = options;
    this.identity = `http ${options.url}`;
  }

  async synthesise({ text, voice: { name, ...voice } }: Utterance): Promise<Buffer> {
    const { clock, timeoutMs, url } = this.#options;
    const over = new AbortController();
    const timer = clock.after(timeoutMs, () =>
      over.abort(new BranchlineError(speechErrors.speechEngineTimedOut, `${url} did not speak within ${timeoutMs / 1000} s`)),
    );
    try {
      return await this.#post(JSON.stringify({ text, ...voice, voice: name }), over.signal);
    } catch (error) {
      if (over.signal.aborted) throw over.signal.reason;
      throw error instanceof BranchlineError ? error : failed(url, error instanceof Error ? error.message : String(error), error);
    } finally {
      timer.cancel();
    }
  }

  async #post(body: string, signal: AbortSignal): Promise<Buffer> {
    const { url, token } = this.#options;
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
    const headers = { 'content-type': 'application/json', accept: 'audio/wav', ...authorization };
    const answer = await request(url, { method: 'POST', headers, body, signal });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      if (answer.statusCode !== 422) throw failed(url, `it answered ${answer.statusCode}`);
      throw new BranchlineError(speechErrors.voiceNotSpoken, `${url} has no such voice or language: give another`);
    }
    return wholeOf(url, answer.body);
  }
}

async function wholeOf(url: string, body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw failed(url, 'it sent more audio than is taken of it');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function checkUrl(url: string): void {
  if (URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)) return;
  throw new BranchlineError(
    speechErrors.speechSettingInvalid,
    `The setting speech.httpUrl is "${url}": give the http or https address of the engine`,
  );
}

function failed(url: string, detail: string, cause?: unknown): BranchlineError {
  return new BranchlineError(speechErrors.speechEngineFailed, `${url} failed: ${detail}`, { cause });
}
