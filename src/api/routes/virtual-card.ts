import { type Static, Type } from 'typebox';

import { BranchlineError } from '../../core/index.js';
import { LineImpairments, SpanFaults, type VirtualCardPort } from '../../telephony/index.js';
import { requireBoxOperator } from '../access.js';
import { apiErrors } from '../errors.js';
import { Problem } from '../problem.js';
import { nullable, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const analogueOnly = (description: string) => nullable(Type.Boolean({ description: `${description}; null: not an analogue channel` }));

const ChannelView = Type.Object(
  {
    channel: Type.Integer(),
    kind: oneOf(['fxo', 'fxs', 'bearer']),
    name: Type.String(),
    span: Type.Integer(),
    timeslot: Type.Integer(),
    idle: analogueOnly('No call, no tone, on hook'),
    offHook: analogueOnly('FXO: ours. FXS: the telephone’s'),
    ringing: analogueOnly('Ringing voltage is on the wire'),
    battery: analogueOnly('The line is fed'),
    reversed: analogueOnly('Polarity of the feed'),
    messageWaiting: analogueOnly('The telephone’s lamp'),
    flashes: nullable(
      Type.Integer({ description: 'FXO: flashes of ours that the exchange has heard since the start; null: not an analogue channel' }),
    ),
    impaired: Type.Boolean({ description: 'Something is wrong with it on purpose' }),
    looped: Type.Boolean({ description: 'Bearers: the far end sends back what it hears' }),
  },
  { $id: 'VirtualChannel' },
);

const SpanView = Type.Object(
  {
    span: Type.Integer(),
    kind: oneOf(['analogue', 'basic', 'e1', 't1']),
    name: Type.String(),
    alarms: Type.Array(Type.String()),
    slips: Type.Integer(),
    bipolarViolations: Type.Integer(),
    crcErrors: Type.Integer(),
    framingErrors: Type.Integer(),
    missedInterrupts: Type.Integer(),
  },
  { $id: 'VirtualSpan' },
);

const CardView = Type.Object(
  { present: Type.Boolean({ description: 'Not pulled out of its slot' }), channels: Type.Array(ChannelView), spans: Type.Array(SpanView) },
  { $id: 'VirtualCard' },
);

const ChannelParams = Type.Object({ channel: Type.Integer({ minimum: 1, maximum: 512 }) });
const SpanParams = Type.Object({ span: Type.Integer({ minimum: 1, maximum: 64 }) });
const tags = ['Virtual card'];

/** `/virtual-card`: the card as it is, and what is wrong with it. */
export const virtualCardRoutes: RouteModule = (server, { store, virtualCard }) => {
  const card = () => presentVirtualCard(virtualCard);

  server.get(
    '/virtual-card',
    { schema: { operationId: 'getVirtualCard', tags, summary: 'Its channels and spans now', response: { 200: CardView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return view(card());
    },
  );

  for (const [name, summary] of [
    ['pull', 'The card is pulled out of its slot: all its calls end'],
    ['restore', 'The card is put back'],
  ] as const) {
    server.post(
      `/virtual-card/${name}`,
      { schema: { operationId: `${name}VirtualCard`, tags, summary, response: { 200: CardView, '4xx': Problem } } },
      (request) => {
        requireBoxOperator(request, store);
        card()[name]();
        return view(card());
      },
    );
  }

  server.get(
    '/virtual-card/channels/:channel/impairments',
    { schema: { operationId: 'getImpairments', tags, params: ChannelParams, response: { 200: LineImpairments, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return card().impairments(request.params.channel);
    },
  );

  server.put(
    '/virtual-card/channels/:channel/impairments',
    {
      schema: {
        operationId: 'setImpairments',
        tags,
        summary: 'What is wrong with a line from now on, in place of what was; what is left out is well',
        params: ChannelParams,
        body: LineImpairments,
        response: { 200: LineImpairments, '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      card().impair(request.params.channel, request.body);
      return card().impairments(request.params.channel);
    },
  );

  server.delete(
    '/virtual-card/channels/:channel/impairments',
    { schema: { operationId: 'clearImpairments', tags, params: ChannelParams, response: { 204: Type.Null(), '4xx': Problem } } },
    async (request, reply) => {
      requireBoxOperator(request, store);
      card().impair(request.params.channel, {});
      return reply.code(204).send(null);
    },
  );

  server.put(
    '/virtual-card/channels/:channel/loop',
    {
      schema: {
        operationId: 'loopChannel',
        tags,
        summary: 'The far end of a B-channel sends back what it hears, for loopback and bit error tests',
        params: ChannelParams,
        response: { 204: Type.Null(), '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      card().setLoop(request.params.channel, true);
      return reply.code(204).send(null);
    },
  );

  server.delete(
    '/virtual-card/channels/:channel/loop',
    { schema: { operationId: 'unloopChannel', tags, params: ChannelParams, response: { 204: Type.Null(), '4xx': Problem } } },
    async (request, reply) => {
      requireBoxOperator(request, store);
      card().setLoop(request.params.channel, false);
      return reply.code(204).send(null);
    },
  );

  server.get(
    '/virtual-card/spans/:span/faults',
    { schema: { operationId: 'getSpanFaults', tags, params: SpanParams, response: { 200: SpanFaults, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return card().spanFaults(request.params.span);
    },
  );

  server.put(
    '/virtual-card/spans/:span/faults',
    {
      schema: {
        operationId: 'setSpanFaults',
        tags,
        summary: 'What is wrong with a span from now on: alarms, counters, its D channel, its exchange; what is left out is well',
        params: SpanParams,
        body: SpanFaults,
        response: { 200: SpanFaults, '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      card().setSpanFaults(request.params.span, request.body);
      return card().spanFaults(request.params.span);
    },
  );

  server.delete(
    '/virtual-card/spans/:span/faults',
    { schema: { operationId: 'clearSpanFaults', tags, params: SpanParams, response: { 204: Type.Null(), '4xx': Problem } } },
    async (request, reply) => {
      requireBoxOperator(request, store);
      card().setSpanFaults(request.params.span, {});
      return reply.code(204).send(null);
    },
  );

  server.post(
    '/virtual-card/spans/:span/restart',
    {
      schema: {
        operationId: 'restartSpan',
        tags,
        summary: 'The exchange loses its memory of a B-channel, or of all, with the calls there, and sends RESTART',
        params: SpanParams,
        body: Type.Object(
          { timeslot: Type.Optional(Type.Integer({ minimum: 1, maximum: 31, description: 'The B-channel’s; absent: all' })) },
          { additionalProperties: false },
        ),
        response: { 202: Type.Object({}), '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      card().restartSpan(request.params.span, request.body.timeslot ?? null);
      return reply.code(202).send({});
    },
  );
};

/** The virtual card; where the card is another, there is nothing to be found here. */
export function presentVirtualCard(card: VirtualCardPort | null): VirtualCardPort {
  if (card === null) throw new BranchlineError(apiErrors.cardNotVirtual, 'The card of this box is not virtual: there is no far end to script');
  return card;
}

function view(card: VirtualCardPort): Static<typeof CardView> {
  const { present, channels, spans } = card.state();
  return { present, channels: [...channels], spans: spans.map((span) => ({ ...span, alarms: [...span.alarms] })) };
}
