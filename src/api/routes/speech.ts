import { type Static, Type } from 'typebox';

import { accountFor } from '../access.js';
import type { ApiDependencies, SpokenVoice } from '../dependencies.js';
import { Problem } from '../problem.js';
import { Id, oneOf } from '../schemas.js';
import { audioFileView, AudioFileView } from './audio-files.js';
import type { RouteModule } from './module.js';

const MAX_DESCRIPTION = 500;

const spoken = {
  text: Type.String({ minLength: 1, maxLength: 4000, description: 'Spoken as it stands: markup is text' }),
  language: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
      maxLength: 35,
      description: 'BCP 47 ("en-GB"); absent: the setting speech.language',
    }),
  ),
  gender: oneOf(['Male', 'Female'], { default: 'Female' }),
  voice: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'The engine’s own name of a voice, in place of language and gender' }),
  ),
  ratePercent: Type.Integer({ minimum: 50, maximum: 200, default: 100, description: 'Of the engine’s usual speed' }),
};
const SpokenText = Type.Object(spoken, { additionalProperties: false });
const PromptOfText = Type.Object(
  {
    ...spoken,
    slug: Type.String({ minLength: 1, maxLength: 64, description: 'What call plans refer to' }),
    description: Type.Optional(Type.String({ maxLength: MAX_DESCRIPTION, description: 'Absent: the text' })),
    accountId: Type.Optional(Id),
  },
  { additionalProperties: false },
);

/** Sent as it is. */
const WavFile = Type.Unsafe<Buffer>({ description: 'audio/wav', type: 'string', format: 'binary' });

const tags = ['Audio'];

/** Texts that are spoken: tried (`/speech/preview`), or kept as audio files (`/audio-files/from-text`). */
export const speechRoutes: RouteModule = (server, { store, audio, speech, speechLanguage }) => {
  server.post(
    '/speech/preview',
    {
      schema: {
        operationId: 'previewSpeech',
        tags,
        summary: 'Hear a text: a WAV of 8 kHz, mono, 16 bit. Nothing is kept',
        body: SpokenText,
        response: { 200: WavFile, '4xx': Problem, '5xx': Problem },
      },
    },
    async ({ body }, reply) => reply.type('audio/wav').send(await speech.render(body.text, voiceOf(body, speechLanguage))),
  );

  server.post(
    '/audio-files/from-text',
    {
      schema: {
        operationId: 'createAudioFileFromText',
        tags,
        summary: 'Make an audio file by having a text spoken',
        body: PromptOfText,
        response: { 201: AudioFileView, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const { text, slug, description = text.slice(0, MAX_DESCRIPTION), accountId } = request.body;
      const account = accountFor(request, store, accountId);
      const content = await speech.render(text, voiceOf(request.body, speechLanguage));
      const record = await audio.import({ accountId: account, slug, description, content });
      return reply.code(201).send(audioFileView(record));
    },
  );
};

function voiceOf({ language, gender, voice, ratePercent }: Static<typeof SpokenText>, usual: ApiDependencies['speechLanguage']): SpokenVoice {
  return { language: language ?? usual, gender, name: voice ?? null, ratePercent };
}
