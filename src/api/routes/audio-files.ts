import { createReadStream } from 'node:fs';

import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';

import type { AudioFileRecord } from '../../store/index.js';
import { accountFor, visible, visibleAccounts } from '../access.js';
import { invalidInput, Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, pageOf, PageQuerystring } from '../schemas.js';
import type { RouteModule } from './module.js';

export const AudioFileView = Type.Object(
  {
    id: Id,
    accountId: Id,
    slug: Type.String({ description: 'What call plans refer to' }),
    description: Type.String(),
    durationMs: Type.Integer(),
    sizeBytes: Type.Integer(),
    createdAt: DateTime,
  },
  { $id: 'AudioFile' },
);

const tags = ['Audio'];

/** `/audio-files`: what call plans play. Uploads are multipart/form-data with the fields `slug`, `description` and `file` (WAV, at most 10 MB). */
export const audioFileRoutes: RouteModule = (server, { store, audio }) => {
  server.post(
    '/audio-files',
    {
      schema: {
        operationId: 'createAudioFile',
        tags,
        summary: 'Upload a WAV (multipart: slug, description, accountId, file)',
        consumes: ['multipart/form-data'],
        response: { 201: AudioFileView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const form = await readForm(request);
      const slug = form.fields['slug'];
      if (slug === undefined) throw invalidInput([{ path: '/slug', message: 'is missing: the name call plans will use, such as welcome' }]);
      const record = await audio.import({
        accountId: accountFor(request, store, form.fields['accountId']),
        slug,
        description: form.fields['description'] ?? '',
        content: form.content,
      });
      return reply.code(201).send(audioFileView(record));
    },
  );

  server.get(
    '/audio-files',
    { schema: { operationId: 'listAudioFiles', tags, querystring: PageQuerystring, response: { 200: pageOf(AudioFileView) } } },
    (request) => {
      const page = store.audioFiles.list(visibleAccounts(request, store), request.query);
      return { items: page.rows.map(audioFileView), after: page.after };
    },
  );

  server.get(
    '/audio-files/:id',
    { schema: { operationId: 'getAudioFile', tags, params: IdParams, response: { 200: AudioFileView, '4xx': Problem } } },
    (request) => audioFileView(visible(request, store, store.audioFiles.get(request.params.id), 'audio file')),
  );

  server.get(
    '/audio-files/:id/content',
    { schema: { operationId: 'getAudioFileContent', tags, summary: 'The stored WAV: 8 kHz, mono, 16 bit', params: IdParams } },
    (request, reply) =>
      reply.type('audio/wav').send(createReadStream(audio.pathOf(visible(request, store, store.audioFiles.get(request.params.id), 'audio file')))),
  );

  server.patch(
    '/audio-files/:id',
    {
      schema: {
        operationId: 'updateAudioFile',
        tags,
        summary: 'Describe it in other words; its slug never changes',
        params: IdParams,
        body: Type.Object({ description: Type.String({ maxLength: 500 }) }, { additionalProperties: false }),
        response: { 200: AudioFileView, '4xx': Problem },
      },
    },
    async (request) => {
      const record = visible(request, store, store.audioFiles.get(request.params.id), 'audio file');
      return audioFileView(await audio.describe(record.id, request.body.description));
    },
  );

  server.put(
    '/audio-files/:id/content',
    {
      schema: {
        operationId: 'replaceAudioFileContent',
        tags,
        summary: 'New audio under the same slug',
        consumes: ['multipart/form-data'],
        params: IdParams,
        response: { 200: AudioFileView, '4xx': Problem },
      },
    },
    async (request) => {
      const record = visible(request, store, store.audioFiles.get(request.params.id), 'audio file');
      const form = await readForm(request);
      return audioFileView(await audio.replace(record.id, form.content));
    },
  );

  server.delete(
    '/audio-files/:id',
    {
      schema: {
        operationId: 'deleteAudioFile',
        tags,
        summary: 'Refused while an active plan plays it',
        params: IdParams,
        response: { 204: Type.Null(), '4xx': Problem },
      },
    },
    async (request, reply) => {
      await audio.delete(visible(request, store, store.audioFiles.get(request.params.id), 'audio file').id);
      return reply.code(204).send(null);
    },
  );
};

interface Form {
  readonly content: Buffer;
  readonly fields: Readonly<Record<string, string | undefined>>;
}

/** The parts in whatever order they come. */
async function readForm(request: FastifyRequest): Promise<Form> {
  const fields: Record<string, string | undefined> = {};
  let content: Buffer | null = null;
  for await (const part of request.parts()) {
    if (part.type === 'file') content = await part.toBuffer();
    else if (typeof part.value === 'string') fields[part.fieldname] = part.value;
  }
  if (content === null) throw invalidInput([{ path: '/file', message: 'is missing: send the WAV as a file part' }]);
  return { content, fields };
}

export function audioFileView({ path: _, ...record }: AudioFileRecord): Static<typeof AudioFileView> {
  return { ...record, createdAt: iso(record.createdAt) };
}
