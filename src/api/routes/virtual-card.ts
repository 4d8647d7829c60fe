import { createReadStream } from 'node:fs';

import { type Static, Type } from 'typebox';

import { BranchlineError } from '../../core/index.js';
import type { FarEndCall, VirtualCardPort } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { apiErrors } from '../errors.js';
import { DateTime, Id, IdParams, iso, isoOrNull, nullable } from '../schemas.js';
import type { RouteModule } from './module.js';

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

const Channel = Type.Integer({ minimum: 1, maximum: 512 });
const NothingView = Type.Object({});

/** `/virtual-card`: the scripted far side of the virtual card. */
export const virtualCardRoutes: RouteModule = (server, { store, virtualCard }) => {
  server.get(
    '/virtual-card/far-end/calls',
    {
      schema: {
        operationId: 'listFarEndCalls',
        tags: ['Virtual card'],
        summary: 'Calls that a far end answered, newest first',
        response: { 200: Type.Object({ items: Type.Array(FarEndCallView) }) },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return { items: present(virtualCard).calls().map(view) };
    },
  );

  server.get(
    '/virtual-card/far-end/calls/:id/heard.wav',
    { schema: { operationId: 'getFarEndHeard', tags: ['Virtual card'], summary: 'What the far end heard: WAV, 8 kHz, mono', params: IdParams } },
    (request, reply) => {
      requireBoxOperator(request, store);
      const file = present(virtualCard).heardFile(request.params.id);
      if (file === null) throw notFound('finished far-end call');
      return reply.type('audio/wav').send(createReadStream(file));
    },
  );

  server.post(
    '/virtual-card/far-end/call-in',
    {
      schema: {
        operationId: 'farEndCallsIn',
        tags: ['Virtual card'],
        summary: 'Somebody calls the line of an FXO channel',
        body: Type.Object(
          {
            channel: Channel,
            behaviour: Type.String({ pattern: '^20[0-9]$', description: 'What the far end does once answered: the last digits of its number' }),
          },
          { additionalProperties: false },
        ),
        response: { 202: NothingView },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      present(virtualCard).callIn(request.body.channel, request.body.behaviour);
      return reply.code(202).send({});
    },
  );

  server.post(
    '/virtual-card/far-end/phone-dials',
    {
      schema: {
        operationId: 'farEndPhoneDials',
        tags: ['Virtual card'],
        summary: 'The telephone at an FXS channel is lifted and keys digits',
        body: Type.Object({ channel: Channel, digits: Type.String({ pattern: '^[0-9*#]{1,32}$' }) }, { additionalProperties: false }),
        response: { 202: NothingView },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      present(virtualCard).phoneDials(request.body.channel, request.body.digits);
      return reply.code(202).send({});
    },
  );

  server.post(
    '/virtual-card/far-end/hang-up',
    {
      schema: {
        operationId: 'farEndHangsUp',
        tags: ['Virtual card'],
        body: Type.Object({ channel: Channel }, { additionalProperties: false }),
        response: { 202: NothingView },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      present(virtualCard).hangUp(request.body.channel);
      return reply.code(202).send({});
    },
  );
};

function present(card: VirtualCardPort | null): VirtualCardPort {
  if (card === null) throw new BranchlineError(apiErrors.cardNotVirtual, 'The card of this box is not virtual: there is no far end to script');
  return card;
}

function view(call: FarEndCall): Static<typeof FarEndCallView> {
  return { ...call, answeredAt: iso(call.answeredAt), endedAt: isoOrNull(call.endedAt) };
}
