import { type Clock, delay } from '../core/index.js';
import { callApi, type ClientOptions } from './client.js';
import type { Output } from './output.js';

export interface CallOptions extends ClientOptions {
  readonly serviceNumber: string;
  readonly firstParty: string;
  readonly at?: string;
  readonly presentationNumber?: string;
  readonly ringSeconds?: number;
  readonly json: boolean;
}

/** What the command reads of a request's answer. */
interface RequestView {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly reason?: string | null;
  readonly dueAt: string;
  readonly attempts?: readonly {
    readonly number: number;
    readonly outcome: string | null;
    readonly q850: number | null;
    readonly sipStatus: number | null;
  }[];
}

const FINAL = new Set(['completed', 'failed', 'expired', 'deleted', 'interrupted']);
const POLL_MS = 250;

/** Asks for a Scheduled Call and follows it to its end. Exit code 0: completed; 1: any other end. */
export async function call(options: CallOptions, clock: Clock, output: Output): Promise<number> {
  const created = (await callApi(options, 'POST', '/scheduled-calls', {
    serviceNumber: options.serviceNumber,
    firstParty: options.firstParty,
    ...(options.at === undefined ? {} : { scheduledAt: options.at }),
    ...(options.presentationNumber === undefined ? {} : { presentationNumber: options.presentationNumber }),
    ...(options.ringSeconds === undefined ? {} : { firstPartyRingSeconds: options.ringSeconds }),
  })) as RequestView;
  if (!options.json) output.line(`${created.id} accepted, due ${created.dueAt}`);
  const last = await follow(created, options, clock, output);
  output.line(options.json ? JSON.stringify(last, null, 2) : summary(last));
  return last.state === 'completed' ? 0 : 1;
}

async function follow(created: RequestView, options: CallOptions, clock: Clock, output: Output): Promise<RequestView> {
  let seen = created;
  let told = '';
  for (;;) {
    if (seen.state !== told && !options.json) output.line(`  ${seen.state}`);
    told = seen.state;
    if (FINAL.has(seen.state)) return seen;
    await delay(clock, POLL_MS);
    seen = (await callApi(options, 'GET', `/scheduled-calls/${created.id}`)) as RequestView;
  }
}

function summary(request: RequestView): string {
  const attempt = request.attempts?.at(-1);
  const cause = attempt === undefined ? '' : `, Q.850 cause ${attempt.q850 ?? '–'}, SIP ${attempt.sipStatus ?? '–'}`;
  const reason = request.reason === null || request.reason === undefined ? '' : `: ${request.reason}`;
  return `${request.state} (${request.outcome ?? 'no attempt'}${cause})${reason}`;
}
