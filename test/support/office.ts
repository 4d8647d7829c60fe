// What a branch office has, made over the public API: audio, call plans, service numbers, trunks; and what became of its calls.
import { wavOf } from './audio.js';
import type { ApiClient } from './api-client.js';
import { eventually } from './until.js';

export interface RequestBody {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly dueAt: string;
  readonly callIds: readonly string[];
  readonly attempts: readonly AttemptBody[];
}

export interface AttemptBody {
  readonly id: string;
  readonly state: string;
  readonly dueAt: string;
  readonly seizedAt: string | null;
  readonly answeredAt: string | null;
  readonly outcome: string | null;
  readonly q850: number | null;
  readonly sipStatus: number | null;
  readonly callId: string | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly tries: readonly {
    readonly trunkId: string;
    readonly trunkName: string;
    readonly q850: number | null;
    readonly inferred: boolean;
    readonly sipStatus: number | null;
    readonly sent: boolean;
    readonly notCarried: readonly string[];
  }[];
}

export interface CallBody {
  readonly id: string;
  readonly origin: string;
  readonly live: boolean;
  readonly from: string;
  readonly to: string;
  readonly startAt: string;
  readonly answeredAt: string | null;
  readonly endAt: string | null;
  readonly expectedCount: number | null;
}

export interface CdrBody {
  readonly id: string;
  readonly callId: string;
  readonly callType: number;
  readonly legId: string | null;
  readonly parentId: string | null;
  readonly requestId: string | null;
  readonly attemptId: string | null;
  readonly from: string;
  readonly to: string;
  readonly startAt: string;
  readonly answeredAt: string | null;
  readonly endAt: string;
  readonly clearDown: number;
  readonly ttaMs: number;
}

export interface TrunkBody {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly stateDetail: string;
  readonly inUse: number;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly after: string | null;
}

/** One node of a plan; its place on the canvas does not matter here. */
export interface PlanNode {
  readonly id: number;
  readonly type: string;
  readonly settings?: object;
  readonly branches?: Readonly<Record<string, number | string>>;
}

/** A plan document: Start leads callers and First Parties to node 2, unless said otherwise. */
export function planOf(name: string, nodes: readonly PlanNode[], start: Readonly<Record<string, number>> = { Continue: 2, 'Scheduled Call': 2 }) {
  const all: readonly PlanNode[] = [
    { id: 1, type: 'Start', settings: { scheduledCall: { enabled: 'Scheduled Call' in start } }, branches: start },
    ...nodes,
  ];
  return {
    format: 1,
    name,
    variables: [],
    nodes: all.map((node, index) => ({ settings: {}, branches: {}, position: { x: index * 200, y: 0 }, ...node })),
    subPlans: [],
  };
}

export class Office {
  readonly api: ApiClient;

  constructor(api: ApiClient) {
    this.api = api;
  }

  async audio(slug: string, samples: Float64Array): Promise<void> {
    const form = new FormData();
    form.append('slug', slug);
    form.append('file', new Blob([new Uint8Array(wavOf(samples))], { type: 'audio/wav' }), `${slug}.wav`);
    await this.api.post('/audio-files', form);
  }

  /** A service number with a plan that is live; answers the plan's id. */
  async number(number: string, document: object): Promise<string> {
    const plan = await this.api.post<{ readonly id: string }>('/call-plans', { document });
    const made = await this.api.post<{ readonly id: string }>('/service-numbers', { number, status: 'active' });
    await this.api.post(`/service-numbers/${made.id}/assignments`, { planId: plan.id, active: true });
    return plan.id;
  }

  /** A SIP trunk to a port of this machine for the numbers that begin so; it asks nothing by OPTIONS unless told to. */
  trunk(name: string, port: number, prefix: string, more: object = {}): Promise<TrunkBody> {
    return this.api.post('/trunks', {
      name,
      kind: 'sip',
      address: `127.0.0.1:${port}`,
      transport: 'udp',
      prefixes: [prefix],
      optionsSeconds: 0,
      callsPerSecond: 200,
      ...more,
    });
  }

  async removeTrunks(): Promise<void> {
    const { items } = await this.api.get<{ readonly items: readonly TrunkBody[] }>('/trunks');
    for (const { id } of items) await this.api.delete(`/trunks/${id}`);
  }

  schedule(serviceNumber: string, firstParty: string, more: object = {}): Promise<RequestBody> {
    return this.api.post('/scheduled-calls', { serviceNumber, firstParty, ...more });
  }

  request(id: string): Promise<RequestBody> {
    return this.api.get(`/scheduled-calls/${id}`);
  }

  /** The request once it has a state that ends it. */
  finished(id: string, timeoutMs = 30_000): Promise<RequestBody> {
    const final = new Set(['completed', 'failed', 'expired', 'deleted', 'interrupted']);
    return eventually(
      () => this.request(id),
      ({ state }) => final.has(state),
      { what: `request ${id} is final`, timeoutMs, everyMs: 50 },
    );
  }

  /** The request once its state is this one. */
  inState(id: string, wanted: string, timeoutMs = 15_000): Promise<RequestBody> {
    return eventually(
      () => this.request(id),
      ({ state }) => state === wanted,
      { what: `request ${id} is ${wanted}`, timeoutMs, everyMs: 50 },
    );
  }

  /** The call and its CDRs, once it has ended and all of them are there. */
  async ended(callId: string, timeoutMs = 15_000): Promise<{ readonly call: CallBody; readonly cdrs: readonly CdrBody[] }> {
    return eventually(
      async () => ({ call: await this.api.get<CallBody>(`/calls/${callId}`), cdrs: await this.cdrs(`callId=${callId}`) }),
      ({ call, cdrs }) => call.endAt !== null && call.expectedCount === cdrs.length,
      { what: `call ${callId} has ended with all its CDRs`, timeoutMs, everyMs: 50 },
    );
  }

  /** CDRs in their order of beginning; `query` narrows them: "requestId=…". */
  async cdrs(query: string): Promise<readonly CdrBody[]> {
    return this.#all<CdrBody>(`/cdrs?limit=1000&${query}`);
  }

  async calls(query = ''): Promise<readonly CallBody[]> {
    return this.#all<CallBody>(`/calls?limit=1000&${query}`);
  }

  async #all<T>(path: string): Promise<readonly T[]> {
    const items: T[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: Page<T> = await this.api.get(after === '' ? path : `${path}&after=${encodeURIComponent(after)}`);
      items.push(...page.items);
      after = page.after;
    }
    return items;
  }
}
