import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import { BranchlineError, type Clock, type Logger } from '../core/index.js';
import type { EventLog } from '../delivery/index.js';
import type { EventRecord, Store } from '../store/index.js';
import { apiErrors } from './errors.js';
import { iso } from './schemas.js';

/** Streams one account's token may hold, and all together. */
const MAX_STREAMS = 64;
/** A reader that lets so much pile up is cut off: it can come back with Last-Event-ID. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
const REPLAY_PAGE = 1000;

interface StreamDependencies {
  readonly store: Store;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * `GET /events`: server-sent events (WHATWG HTML §9.2) of the token's account and those below it. `Last-Event-ID` (or `?after=`) resumes: what was
 * missed is sent first, without a gap or a repetition.
 */
export function registerEventStream(server: FastifyInstance, { store, eventLog, clock, logger }: StreamDependencies): void {
  let open = 0;
  server.get(
    '/events',
    {
      schema: {
        operationId: 'streamEvents',
        tags: ['Events'],
        summary: 'Server-sent events; Last-Event-ID resumes within 24 hours',
        querystring: Type.Object({ after: Type.Optional(Type.String({ maxLength: 64 })) }, { additionalProperties: false }),
      },
    },
    (request, reply) => {
      if (open >= MAX_STREAMS) throw new BranchlineError(apiErrors.tooManyStreams, `There are ${MAX_STREAMS} event streams already: close one first`);
      const header = request.headers['last-event-id'];
      const resumeAfter = (typeof header === 'string' ? header : undefined) ?? (request.query as { after?: string }).after;
      const accounts = store.accounts.subtreeIds(request.principal.accountId);
      const missed = resumeAfter === undefined ? [] : missedSince(store, resumeAfter, accounts);
      const visible = new Set(accounts);

      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
      raw.write('retry: 2000\n\n');
      for (const event of missed) raw.write(frameOf(event));
      open += 1;
      const unsubscribe = eventLog.onPublished((event) => {
        if (!visible.has(event.accountId)) return;
        raw.write(frameOf(event));
        if (raw.writableLength > MAX_BUFFERED_BYTES) {
          logger.warn({ tokenId: request.principal.tokenId }, 'an event stream reads too slowly and was closed');
          raw.destroy();
        }
      });
      const heartbeat = clock.every(HEARTBEAT_MS, () => raw.write(': alive\n\n'));
      raw.once('close', () => {
        open -= 1;
        unsubscribe();
        heartbeat.cancel();
      });
    },
  );
}

function missedSince(store: Store, id: string, accounts: readonly string[]): EventRecord[] {
  const events: EventRecord[] = [];
  let after = id;
  for (;;) {
    const page = store.events.after(after, accounts, REPLAY_PAGE);
    if (page === null)
      throw new BranchlineError(
        apiErrors.eventGone,
        'That event is unknown or older than 24 hours: read the present state, then stream without Last-Event-ID',
      );
    events.push(...page);
    const last = page.at(-1);
    if (page.length < REPLAY_PAGE || last === undefined) return events;
    after = last.id;
  }
}

/** The event on the wire: the same object that webhooks carry. */
export function frameOf(event: EventRecord): string {
  const body = {
    id: event.id,
    type: event.type,
    at: iso(event.at),
    accountId: event.accountId,
    ...(event.callId === null ? {} : { callId: event.callId }),
    ...(event.legId === null ? {} : { legId: event.legId }),
    ...(event.requestId === null ? {} : { requestId: event.requestId }),
    data: JSON.parse(event.data) as unknown,
  };
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(body)}\n\n`;
}
