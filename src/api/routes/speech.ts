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

const PromptsQuerystring = Type.Object(
  {
    language: Type.Optional(Type.String({ maxLength: 35, description: 'Of this language alone ("en-GB")' })),
    gender: Type.Optional(oneOf(['Male', 'Female'])),
    recorded: Type.Optional(Type.Boolean({ description: 'Those that are recorded, or that are not' })),
    accountId: Type.Optional(Id),
  },
  { additionalProperties: false },
);
const SayAsPromptView = Type.Object(
  {
    slug: Type.String({ description: 'Of the audio file that is to be uploaded' }),
    language: Type.String(),
    gender: oneOf(['Male', 'Female']),
    text: Type.String({ description: 'What is to be read out' }),
    recorded: Type.Boolean({ description: 'The account, or one above it, has it; what it has not the engine says' }),
  },
  { $id: 'SayAsPrompt' },
);

const tags = ['Audio'];

/**
 * Texts that are spoken: tried (`/speech/preview`), or kept as audio files (`/audio-files/from-text`); and the prompts that numbers, dates, times and money
 * are said of (`/speech/prompts`).
 */
export const speechRoutes: RouteModule = (server, { store, audio, speech, speechLanguage, sayAsPrompts }) => {
  server.get(
    '/speech/prompts',
    {
      schema: {
        operationId: 'listSayAsPrompts',
        tags,
        summary: 'The words that values are said of, with what to read out for each: all of them',
        querystring: PromptsQuerystring,
        response: { 200: Type.Object({ items: Type.Array(SayAsPromptView) }), '4xx': Problem },
      },
    },
    (request) => {
      const { language, gender, recorded, accountId } = request.query;
      const account = accountFor(request, store, accountId);
      const wanted = sayAsPrompts.filter(
        (prompt) => (language === undefined || sameLanguage(prompt.language, language)) && (gender === undefined || prompt.gender === gender),
      );
      const items = wanted.map((prompt) => ({ ...prompt, recorded: audio.resolve(account, prompt.slug) !== null }));
      return { items: items.filter((item) => recorded === undefined || item.recorded === recorded) };
    },
  );

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

function sameLanguage(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
