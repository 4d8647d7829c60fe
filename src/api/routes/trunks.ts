import { type Static, Type } from 'typebox';

import type { TrunkRecord } from '../../store/index.js';
import type { TrunkState } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, nullable, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const SELECTIONS = ['ascending', 'descending', 'roundRobin'] as const;
const NUMBERINGS = ['typed', 'dialled'] as const;
const SENDINGS = ['enBloc', 'open', 'digitByDigit'] as const;
const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;

const LineRules = Type.Object(
  {
    dialling: Type.Optional(oneOf(['dtmf', 'pulse'])),
    dialToneSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, description: 'how long dial tone may take; 3' })),
    withoutDialTone: Type.Optional(oneOf(['fail', 'dial'])),
    answer: Type.Optional(oneOf(['polarity', 'voice', 'ringbackEnd', 'timer'])),
    answerTimerSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 300 })),
    clearing: Type.Optional(
      Type.Object(
        {
          batteryDrop: Type.Optional(Type.Boolean()),
          reversal: Type.Optional(Type.Boolean()),
          tones: Type.Optional(Type.Boolean()),
          dialTone: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false, description: 'what tells that the far end has cleared; absent: as the country has it' },
      ),
    ),
    silenceLimitSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400, description: '0: none' })),
    absoluteLimitSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400, description: '0: none' })),
  },
  { additionalProperties: false, description: 'analogue: how these exchange lines are used; what is absent has its default' },
);

const common = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  enabled: Type.Optional(Type.Boolean()),
  prefixes: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: 1000, description: 'E.164 prefixes it carries; none: any number' })),
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: 'Lower goes first' })),
  maxCalls: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  callsPerSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  // kind "sip"
  address: Type.Optional(Type.String({ maxLength: 255, description: 'sip: host:port of the peer' })),
  transport: Type.Optional(oneOf(TRANSPORTS)),
  register: Type.Optional(
    nullable(
      Type.Object(
        { username: Type.String({ minLength: 1, maxLength: 128 }), password: Type.String({ minLength: 1, maxLength: 128 }) },
        { additionalProperties: false },
      ),
    ),
  ),
  optionsSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3600, description: 'sip: seconds between OPTIONS; 0 none' })),
  srtp: Type.Optional(oneOf(['off', 'optional', 'mandatory'])),
  dtmf: Type.Optional(oneOf(['automatic', 'rfc4733', 'info', 'inBand'])),
  refer: Type.Optional(oneOf(['refuse', 'follow'])),
  ddiPrefix: Type.Optional(Type.String({ maxLength: 20 })),
  retryAfterTimeout: Type.Optional(Type.Boolean({ description: 'sip: go on to the next trunk when nobody answered the INVITE at all' })),
  // kind "analogue"
  channels: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 512 }), { maxItems: 64, description: 'analogue: FXO channels' })),
  serviceNumber: Type.Optional(nullable(Type.String({ maxLength: 64, description: 'analogue: service number that callers of these lines reach' }))),
  line: Type.Optional(nullable(LineRules)),
  // kind "isdn"
  spans: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 64 }), { maxItems: 16, description: 'isdn: numbers of spans' })),
  bChannels: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 31 }), { maxItems: 31, description: 'isdn: B-channels; none: any' })),
  selection: Type.Optional(oneOf(SELECTIONS)),
  exclusive: Type.Optional(Type.Boolean({ description: 'isdn: no other B-channel than the one that we name will do' })),
  numbering: Type.Optional(oneOf(NUMBERINGS)),
  sending: Type.Optional(
    oneOf(SENDINGS, {
      description: 'isdn: how a called number is sent on spans with overlap: complete; whole, but more digits may follow; one by one',
    }),
  ),
};

const NewTrunk = Type.Object({ ...common, kind: oneOf(['sip', 'isdn', 'analogue']) }, { additionalProperties: false, $id: 'NewTrunk' });
const TrunkChange = Type.Partial(Type.Object(common), { additionalProperties: false, minProperties: 1 });

const TrunkView = Type.Object(
  {
    id: Id,
    name: Type.String(),
    kind: oneOf(['sip', 'isdn', 'analogue']),
    enabled: Type.Boolean(),
    prefixes: Type.Array(Type.String()),
    priority: Type.Integer(),
    maxCalls: Type.Integer(),
    callsPerSecond: Type.Integer(),
    address: Type.Optional(Type.String()),
    transport: Type.Optional(oneOf(TRANSPORTS)),
    register: Type.Optional(nullable(Type.Object({ username: Type.String() }))),
    optionsSeconds: Type.Optional(Type.Integer()),
    srtp: Type.Optional(Type.String()),
    dtmf: Type.Optional(Type.String()),
    refer: Type.Optional(Type.String()),
    ddiPrefix: Type.Optional(Type.String()),
    retryAfterTimeout: Type.Optional(Type.Boolean()),
    channels: Type.Optional(Type.Array(Type.Integer())),
    serviceNumber: Type.Optional(nullable(Type.String())),
    line: Type.Optional(LineRules),
    spans: Type.Optional(Type.Array(Type.Integer())),
    bChannels: Type.Optional(Type.Array(Type.Integer())),
    selection: Type.Optional(oneOf(SELECTIONS)),
    exclusive: Type.Optional(Type.Boolean()),
    numbering: Type.Optional(oneOf(NUMBERINGS)),
    sending: Type.Optional(oneOf(SENDINGS)),
    state: oneOf(['up', 'down', 'unknown', 'disabled']),
    stateSince: nullable(DateTime),
    stateDetail: Type.String(),
    inUse: Type.Integer(),
    createdAt: DateTime,
  },
  { $id: 'Trunk' },
);

const tags = ['Lines'];

/** `/trunks`: the ways out. */
export const trunkRoutes: RouteModule = (server, { store, trunks }) => {
  const viewOf = (record: TrunkRecord) => view(record, trunks.state(record.id));
  const find = (id: string) => {
    const record = store.trunks.get(id);
    if (record === null) throw notFound('trunk');
    return record;
  };

  server.post(
    '/trunks',
    { schema: { operationId: 'createTrunk', tags, body: NewTrunk, response: { 201: TrunkView, '4xx': Problem } } },
    async (request, reply) => {
      requireBoxOperator(request, store);
      return reply.code(201).send(viewOf(await trunks.create(request.body)));
    },
  );

  server.get(
    '/trunks',
    { schema: { operationId: 'listTrunks', tags, response: { 200: Type.Object({ items: Type.Array(TrunkView) }) } } },
    (request) => {
      requireBoxOperator(request, store);
      return { items: store.trunks.all().map(viewOf) };
    },
  );

  server.get(
    '/trunks/:id',
    { schema: { operationId: 'getTrunk', tags, params: IdParams, response: { 200: TrunkView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return viewOf(find(request.params.id));
    },
  );

  server.patch(
    '/trunks/:id',
    {
      schema: {
        operationId: 'updateTrunk',
        tags,
        summary: 'Calls in progress stay',
        params: IdParams,
        body: TrunkChange,
        response: { 200: TrunkView, '4xx': Problem },
      },
    },
    async (request) => {
      requireBoxOperator(request, store);
      return viewOf(await trunks.update(find(request.params.id).id, request.body));
    },
  );

  server.delete(
    '/trunks/:id',
    {
      schema: {
        operationId: 'deleteTrunk',
        tags,
        summary: 'Calls in progress stay; no new ones',
        params: IdParams,
        response: { 204: Type.Null(), '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      await trunks.delete(find(request.params.id).id);
      return reply.code(204).send(null);
    },
  );
};

function view(record: TrunkRecord, state: TrunkState | null): Static<typeof TrunkView> {
  const { sip, analogue, isdn, prefixes, createdAt, ...rest } = record;
  return {
    ...rest,
    prefixes: [...prefixes],
    createdAt: iso(createdAt),
    ...(sip === null ? {} : withoutPassword(sip)),
    ...(analogue === null ? {} : lineView(analogue)),
    ...(isdn === null ? {} : { ...isdn, spans: [...isdn.spans], bChannels: [...isdn.bChannels] }),
    state: record.enabled ? (state?.state ?? 'unknown') : 'disabled',
    stateSince: state === null ? null : iso(state.since),
    stateDetail: state?.detail ?? '',
    inUse: state?.inUse ?? 0,
  };
}

function withoutPassword({ register, username, password: _, ...settings }: NonNullable<TrunkRecord['sip']>) {
  return { ...settings, register: register ? { username: username ?? '' } : null };
}

function lineView({ channels, serviceNumber, line }: NonNullable<TrunkRecord['analogue']>) {
  return { channels: [...channels], serviceNumber, ...(line === undefined ? {} : { line }) };
}
