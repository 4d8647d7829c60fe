import { type Static, Type } from 'typebox';

import type { SpanRun } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, iso, nullable, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const settings = {
  switchType: oneOf(['euroIsdn', 'qsig', 'ni2']),
  side: oneOf(['user', 'network']),
  access: oneOf(['primary', 'pointToPoint', 'pointToMultipoint']),
  selection: oneOf(['ascending', 'descending', 'roundRobin']),
  overlap: Type.Boolean({ description: 'Called numbers come, and may be sent, digit by digit' }),
  ddiDigits: Type.Integer({ minimum: 0, maximum: 32, description: 'With overlap: how many digits a called number has; 0: not known' }),
  t309Seconds: Type.Integer({ minimum: 0, maximum: 255, description: 'How long an answered call outlives its D channel; 0: it ends with it' }),
};

const SettingsChange = Type.Partial(Type.Object(settings), { additionalProperties: false, minProperties: 1 });

const SpanLineView = Type.Object(
  {
    span: Type.Integer(),
    layerTwo: nullable(oneOf(['up', 'down'])),
    since: DateTime,
    detail: Type.String(),
    channels: Type.Integer(),
    inUse: Type.Integer(),
    settings: nullable(Type.Object(settings)),
  },
  { $id: 'SpanLine' },
);

const SpanParams = Type.Object({ span: Type.Integer({ minimum: 1, maximum: 255 }) });
const tags = ['Lines'];

/** How an ISDN span is run, and its layer 2. */
export const spanSettingsRoutes: RouteModule = (server, { store, spans }) => {
  server.get(
    '/spans/:span/settings',
    { schema: { operationId: 'getSpanSettings', tags, params: SpanParams, response: { 200: SpanLineView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      const state = spans.get(request.params.span);
      if (state === null) throw notFound('span');
      return view(state);
    },
  );

  server.patch(
    '/spans/:span',
    {
      schema: {
        operationId: 'updateSpan',
        tags,
        summary: 'How an ISDN span is run: its calls end',
        params: SpanParams,
        body: SettingsChange,
        response: { 200: SpanLineView, '4xx': Problem },
      },
    },
    async (request) => {
      requireBoxOperator(request, store);
      if (spans.get(request.params.span) === null) throw notFound('span');
      return view(await spans.update(request.params.span, request.body));
    },
  );
};

function view({ span, layerTwo, since, detail, channels, inUse, settings: asRun }: SpanRun): Static<typeof SpanLineView> {
  return { span, layerTwo, since: iso(since), detail, channels, inUse, settings: asRun };
}
