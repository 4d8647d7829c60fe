import { type Static, Type } from 'typebox';

import { LINE_TEST_KINDS, type LineTest } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, Id, iso, isoOrNull, nullable, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const NewLineTest = Type.Object(
  {
    test: oneOf(LINE_TEST_KINDS, {
      description:
        'dialTone, tone (fxo); ring (fxs); loopback, bitError (bearer). ' +
        'dialTone: seize and hear the exchange; ring: until the telephone is lifted; tone: send 1020 Hz at −10 dBm0; ' +
        'loopback: does noise come back within a second, when, how loud; ' +
        'bitError: 2^15 − 1 of ITU-T O.150 over 64 kbit/s, compared with what a loop at the far end returns',
    }),
    seconds: Type.Integer({ minimum: 1, maximum: 3600, default: 10, description: 'How long to ring, to send, to count' }),
  },
  { additionalProperties: false, $id: 'NewLineTest' },
);

const LineTestView = Type.Object(
  {
    id: Id,
    line: Type.Integer(),
    test: oneOf(LINE_TEST_KINDS),
    seconds: Type.Integer(),
    by: Id,
    startedAt: DateTime,
    endedAt: nullable(DateTime),
    result: nullable(
      Type.Object({
        passed: Type.Boolean(),
        words: Type.String(),
        figures: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean(), Type.Array(Type.Number())])),
      }),
    ),
  },
  { $id: 'LineTest' },
);

const channel = Type.Integer({ minimum: 1, maximum: 100_000, description: 'The channel' });
const LineParams = Type.Object({ line: channel });
const LineTestParams = Type.Object({ line: channel, id: Id });
const tags = ['Lines'];

/** `/lines/{line}/tests`: what a technician has tested; refused while the line carries a call. */
export const lineTestRoutes: RouteModule = (server, { store, lineTests }) => {
  server.post(
    '/lines/:line/tests',
    {
      schema: {
        operationId: 'startLineTest',
        tags,
        summary: 'Takes the line for the length of the test; 409 while it carries a call',
        params: LineParams,
        body: NewLineTest,
        response: { 202: LineTestView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      const { test, seconds } = request.body;
      return reply.code(202).send(view(lineTests.start(request.params.line, test, seconds, request.principal.tokenId)));
    },
  );

  server.get(
    '/lines/:line/tests',
    {
      schema: {
        operationId: 'listLineTests',
        tags,
        summary: 'The last ones of this run of the service; the history of the line has all',
        params: LineParams,
        response: { 200: Type.Object({ items: Type.Array(LineTestView) }), '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return { items: lineTests.ofLine(request.params.line).map(view) };
    },
  );

  server.get(
    '/lines/:line/tests/:id',
    { schema: { operationId: 'getLineTest', tags, params: LineTestParams, response: { 200: LineTestView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      const test = lineTests.get(request.params.line, request.params.id);
      if (test === null) throw notFound('line test');
      return view(test);
    },
  );
};

function view({ channel: line, kind, startedAt, endedAt, result, ...rest }: LineTest): Static<typeof LineTestView> {
  return {
    ...rest,
    line,
    test: kind,
    startedAt: iso(startedAt),
    endedAt: isoOrNull(endedAt),
    result: result === null ? null : { ...result, figures: figuresOf(result.figures) },
  };
}

function figuresOf(figures: Readonly<Record<string, number | boolean | readonly number[]>>): Record<string, number | boolean | number[]> {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, typeof figure === 'object' ? [...figure] : figure]));
}
