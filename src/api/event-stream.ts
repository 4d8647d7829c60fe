import type { ServerResponse } from 'node:http';

import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { TokenService } from '../accounts/index.js';
import { BranchlineError, type Clock, type Logger, type Unsubscribe } from '../core/index.js';
import type { EventLog } from '../delivery/index.js';
import type { EventRecord, Store } from '../store/index.js';
import { tokenOf } from './authentication.js';
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
  readonly tokens: TokenService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * `GET /events`: server-sent events (WHATWG HTML §9.2) of the token's account and those below it. `Last-Event-ID` (or `?after=`) resumes: what was
 * missed is sent first, without a gap or a repetition.
 */
export function registerEventStream(server: FastifyInstance, { store, eventLog, tokens, clock, logger }: StreamDependencies): void {
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
      if (resumeAfter !== undefined) requireKnown(store, resumeAfter);
      let visible = new Set(accounts);

      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
      raw.write('retry: 2000\n\n');
      open += 1;
      let unsubscribe: Unsubscribe = () => undefined;
      const follow = (lastSent: string | null): void => {
        unsubscribe = eventLog.onPublished((event) => {
          // What was in the database a moment before it is told of has been sent with what was missed.
          if (!visible.has(event.accountId) || (lastSent !== null && !isAfter(event.id, lastSent))) return;
          send(event);
        });
      };
      const send = (event: EventRecord): void => {
        raw.write(frameOf(event));
        if (raw.writableLength > MAX_BUFFERED_BYTES) {
          logger.warn({ tokenId: request.principal.tokenId }, 'an event stream reads too slowly and was closed');
          raw.destroy();
        }
      };
      const heartbeat = clock.every(HEARTBEAT_MS, () => {
        try {
          visible = new Set(store.accounts.subtreeIds(tokens.verify(tokenOf(request)).accountId));
          raw.write(': alive\n\n');
        } catch (error) {
          logger.info({ error, tokenId: request.principal.tokenId }, 'an event stream was closed: its token is not valid any more');
          raw.destroy();
        }
      });
      raw.once('close', () => {
        open -= 1;
        unsubscribe();
        heartbeat.cancel();
      });
      if (resumeAfter === undefined) follow(null);
      else replay(store, raw, resumeAfter, accounts, follow);
    },
  );
}

function requireKnown(store: Store, id: string): void {
  if (store.events.after(id, [], 1) !== null) return;
  throw new BranchlineError(
    apiErrors.eventGone,
    'That event is unknown or older than 24 hours: read the present state, then stream without Last-Event-ID',
  );
}

/** Sends what was missed, a page whenever the reader has taken the one before, then hands over at the event it came to. */
function replay(store: Store, raw: ServerResponse, after: string, accounts: readonly string[], follow: (lastSent: string) => void): void {
  let last = after;
  const page = (): void => {
    if (raw.destroyed) return;
    // Null: a day has passed since the page before. The reader is as far behind as one that did not read at all.
    const events = store.events.after(last, accounts, REPLAY_PAGE);
    if (events === null) {
      raw.destroy();
      return;
    }
    const keepsUp = events.map((event) => raw.write(frameOf(event))).at(-1) ?? true;
    last = events.at(-1)?.id ?? last;
    if (events.length < REPLAY_PAGE) follow(last);
    else if (keepsUp) setImmediate(page);
    else raw.once('drain', page);
  };
  page();
}

/** Whether an id "<boot>-<seq>" comes after another. */
function isAfter(id: string, other: string): boolean {
  const [boot = 0, sequence = 0] = id.split('-').map(Number);
  const [otherBoot = 0, otherSequence = 0] = other.split('-').map(Number);
  return boot === otherBoot ? sequence > otherSequence : boot > otherBoot;
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
