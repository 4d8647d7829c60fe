import { eventually } from './until.js';

/** An event as it stands on the wire. */
export interface StreamedEvent {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly accountId: string;
  readonly requestId?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A reader of `/api/v1/events` (server-sent events, WHATWG HTML §9.2). */
export class EventStream {
  readonly events: StreamedEvent[] = [];
  readonly #abort: AbortController;
  #rest = '';

  private constructor(abort: AbortController) {
    this.#abort = abort;
  }

  /** `lastEventId`: what was read last, to go on behind it. */
  static async open(url: string, token: string, lastEventId?: string): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(`${url}/api/v1/events`, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: abort.signal,
    });
    if (response.status !== 200 || response.body === null) throw new Error(`the event stream answered ${response.status}: ${await response.text()}`);
    const stream = new EventStream(abort);
    stream.#read(response.body).catch(() => undefined);
    return stream;
  }

  /** The first event that fits, past or to come. */
  async event(fits: (event: StreamedEvent) => boolean, what: string): Promise<StreamedEvent> {
    const found = await eventually(
      () => this.events.find(fits),
      (event) => event !== undefined,
      { what },
    );
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of body) this.#take(decoder.decode(chunk, { stream: true }));
  }

  #take(text: string): void {
    const frames = (this.#rest + text).split('\n\n');
    this.#rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const));
      const data = fields.get('data');
      if (data === undefined) continue;
      const event = JSON.parse(data) as StreamedEvent;
      if (event.id !== fields.get('id') || event.type !== fields.get('event')) throw new Error(`the frame contradicts itself: ${frame}`);
      this.events.push(event);
    }
  }
}
