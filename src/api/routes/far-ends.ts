import { createReadStream } from 'node:fs';

import { type Static, Type } from 'typebox';

import { type FarEndCall, type FarEnd, FarEndCaller, FarEndScript, IsdnCallIn } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, isoOrNull, nullable } from '../schemas.js';
import type { RouteModule } from './module.js';
import { presentVirtualCard } from './virtual-card.js';

const Channel = Type.Integer({ minimum: 1, maximum: 512 });
const NothingView = Type.Object({});
const tags = ['Virtual card'];

const FarEndView = Type.Object(
  {
    id: Id,
    number: nullable(Type.String({ description: 'E.164; null: a telephone' })),
    telephone: nullable(Type.Integer({ description: 'FXS channel of the telephone; null: a subscriber of the exchange' })),
    description: Type.String(),
    script: FarEndScript,
  },
  { $id: 'FarEnd' },
);

const NewFarEnd = Type.Object(
  {
    number: Type.Optional(nullable(Type.String({ maxLength: 40, description: 'E.164, or as it is dialled; either this or telephone' }))),
    telephone: Type.Optional(nullable(Channel)),
    description: Type.Optional(Type.String({ maxLength: 200 })),
    script: FarEndScript,
  },
  { additionalProperties: false, $id: 'NewFarEnd' },
);

const FarEndCallView = Type.Object(
  {
    id: Id,
    channel: Type.Integer(),
    number: Type.String(),
    answeredAt: DateTime,
    endedAt: nullable(DateTime),
    heardMs: nullable(Type.Integer({ description: 'Milliseconds it heard; null while the call lasts' })),
  },
  { $id: 'FarEndCall' },
);

const CallIn = Type.Object(
  {
    channel: Channel,
    behaviour: Type.Optional(Type.String({ maxLength: 64, description: 'Id of a far end: what that one does once it is answered' })),
    script: Type.Optional(FarEndScript),
    caller: Type.Optional(FarEndCaller),
  },
  { additionalProperties: false },
);

const IsdnCall = Type.Object(
  {
    span: Type.Integer({ minimum: 1, maximum: 64 }),
    ...IsdnCallIn.properties,
    behaviour: CallIn.properties.behaviour,
    script: CallIn.properties.script,
  },
  { additionalProperties: false },
);

const PhoneDials = Type.Object(
  {
    channel: Channel,
    digits: Type.String({ pattern: '^[0-9*#]{1,32}$' }),
    pulses: Type.Optional(Type.Boolean({ description: 'A telephone with a dial' })),
    script: Type.Optional(FarEndScript),
  },
  { additionalProperties: false },
);

/** `/virtual-card/far-ends`: who lives beyond the virtual card. `/virtual-card/far-end`: what they do, and what they heard. */
export const farEndRoutes: RouteModule = (server, { store, virtualCard }) => {
  const card = () => presentVirtualCard(virtualCard);

  server.get(
    '/virtual-card/far-ends',
    {
      schema: {
        operationId: 'listFarEnds',
        tags,
        summary: 'Whom the lines of the virtual card reach',
        response: { 200: Type.Object({ items: Type.Array(FarEndView) }), '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return { items: card().farEnds().map(farEndView) };
    },
  );

  server.post(
    '/virtual-card/far-ends',
    {
      schema: {
        operationId: 'createFarEnd',
        tags,
        summary: 'Lasts until the next start of the service',
        body: NewFarEnd,
        response: { 201: FarEndView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      return reply.code(201).send(farEndView(card().createFarEnd(request.body)));
    },
  );

  server.get(
    '/virtual-card/far-ends/:id',
    { schema: { operationId: 'getFarEnd', tags, params: IdParams, response: { 200: FarEndView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      const found = card()
        .farEnds()
        .find(({ id }) => id === request.params.id);
      if (found === undefined) throw notFound('far end');
      return farEndView(found);
    },
  );

  server.put(
    '/virtual-card/far-ends/:id',
    {
      schema: {
        operationId: 'replaceFarEnd',
        tags,
        summary: 'Calls in progress keep the script they began with',
        params: IdParams,
        body: NewFarEnd,
        response: { 200: FarEndView, '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return farEndView(card().replaceFarEnd(request.params.id, request.body));
    },
  );

  server.delete(
    '/virtual-card/far-ends/:id',
    { schema: { operationId: 'deleteFarEnd', tags, params: IdParams, response: { 204: Type.Null(), '4xx': Problem } } },
    async (request, reply) => {
      requireBoxOperator(request, store);
      card().deleteFarEnd(request.params.id);
      return reply.code(204).send(null);
    },
  );

  server.get(
    '/virtual-card/far-end/calls',
    {
      schema: {
        operationId: 'listFarEndCalls',
        tags,
        summary: 'Calls that a far end answered, newest first',
        response: { 200: Type.Object({ items: Type.Array(FarEndCallView) }), '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return { items: card().calls().map(callView) };
    },
  );

  server.get(
    '/virtual-card/far-end/calls/:id/heard.wav',
    { schema: { operationId: 'getFarEndHeard', tags, summary: 'What the far end heard: WAV, 8 kHz, mono', params: IdParams } },
    (request, reply) => {
      requireBoxOperator(request, store);
      const file = card().heardFile(request.params.id);
      if (file === null) throw notFound('finished far-end call');
      return reply.type('audio/wav').send(createReadStream(file));
    },
  );

  server.post(
    '/virtual-card/far-end/call-in',
    {
      schema: {
        operationId: 'farEndCallsIn',
        tags,
        summary: 'Somebody calls the line of an FXO channel; once answered, as a far end does or by a script; else it listens',
        body: CallIn,
        response: { 202: NothingView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      const { channel, behaviour, script, caller } = request.body;
      card().callIn(channel, script ?? behaviour ?? [], caller);
      return reply.code(202).send({});
    },
  );

  server.post(
    '/virtual-card/far-end/isdn-call-in',
    {
      schema: {
        operationId: 'farEndCallsInOverIsdn',
        tags,
        summary: 'Somebody calls over an ISDN span; once answered, as a far end does or by a script; else it listens',
        body: IsdnCall,
        response: { 202: NothingView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      const { span, behaviour, script, ...call } = request.body;
      card().callInOverIsdn(span, call, script ?? behaviour ?? []);
      return reply.code(202).send({});
    },
  );

  server.post(
    '/virtual-card/far-end/phone-dials',
    {
      schema: {
        operationId: 'farEndPhoneDials',
        tags,
        summary: 'The telephone at an FXS channel is lifted and dials; the script runs once it is answered',
        body: PhoneDials,
        response: { 202: NothingView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      const { channel, digits, ...options } = request.body;
      card().phoneDials(channel, digits, options);
      return reply.code(202).send({});
    },
  );

  server.post(
    '/virtual-card/far-end/hang-up',
    {
      schema: {
        operationId: 'farEndHangsUp',
        tags,
        body: Type.Object({ channel: Channel }, { additionalProperties: false }),
        response: { 202: NothingView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      card().hangUp(request.body.channel);
      return reply.code(202).send({});
    },
  );
};

function farEndView(farEnd: FarEnd): Static<typeof FarEndView> {
  return { ...farEnd, script: [...farEnd.script] };
}

function callView(call: FarEndCall): Static<typeof FarEndCallView> {
  return { ...call, answeredAt: iso(call.answeredAt), endedAt: isoOrNull(call.endedAt) };
}
