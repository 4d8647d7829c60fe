import { type Static, Type } from 'typebox';

import type { ExtensionView } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { Problem } from '../problem.js';
import type { RouteModule } from './module.js';

const settings = {
  firstDigitSeconds: Type.Integer({ minimum: 1, maximum: 120, description: 'How long dial tone waits for the first digit' }),
  nextDigitSeconds: Type.Integer({ minimum: 1, maximum: 60, description: 'How long a number that may be incomplete waits for its next digit' }),
  completeNumbers: Type.Array(Type.String({ minLength: 1, maxLength: 32 }), {
    maxItems: 64,
    description: 'Numbers that are dialled as soon as they are keyed, besides the country’s: 0-9, *, X (any digit), N (2-9), Z (1-9)',
  }),
  messageWaiting: Type.Boolean({ description: 'The telephone’s lamp, and a dial tone that tells of a message' }),
};

const SettingsChange = Type.Partial(Type.Object(settings), { additionalProperties: false, minProperties: 1 });

const ExtensionSchema = Type.Object({ extension: Type.String(), channel: Type.Integer(), settings: Type.Object(settings) }, { $id: 'Extension' });
const ExtensionList = Type.Object({ items: Type.Array(ExtensionSchema) }, { $id: 'ExtensionList' });

const ExtensionParams = Type.Object({ extension: Type.String({ pattern: '^[0-9]{1,15}$' }) });
const tags = ['Lines'];

/** The telephones at the card's FXS ports. */
export const extensionRoutes: RouteModule = (server, { store, extensions }) => {
  server.get('/extensions', { schema: { operationId: 'listExtensions', tags, response: { 200: ExtensionList, '4xx': Problem } } }, (request) => {
    requireBoxOperator(request, store);
    return { items: extensions.list().map(view) };
  });

  server.get(
    '/extensions/:extension',
    { schema: { operationId: 'getExtension', tags, params: ExtensionParams, response: { 200: ExtensionSchema, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      const found = extensions.get(request.params.extension);
      if (found === null) throw notFound('extension');
      return view(found);
    },
  );

  server.patch(
    '/extensions/:extension',
    {
      schema: {
        operationId: 'updateExtension',
        tags,
        summary: 'How its telephone is treated from its next call on; the lamp at once',
        params: ExtensionParams,
        body: SettingsChange,
        response: { 200: ExtensionSchema, '4xx': Problem },
      },
    },
    async (request) => {
      requireBoxOperator(request, store);
      return view(await extensions.update(request.params.extension, request.body));
    },
  );
};

function view({ extension, channel, settings: asTreated }: ExtensionView): Static<typeof ExtensionSchema> {
  return { extension, channel, settings: { ...asTreated, completeNumbers: [...asTreated.completeNumbers] } };
}
