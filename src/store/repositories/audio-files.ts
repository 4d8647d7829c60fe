import { byAccount, PagedList, type Query, type Reader } from '../reader.js';
import type { AudioFileRecord } from '../records.js';
import type { AudioFileRepository, Page, PageQuery, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const table = new Table<AudioFileRecord>(
  'audio_files',
  {
    id: 'value',
    accountId: 'value',
    slug: 'value',
    description: 'value',
    path: 'value',
    durationMs: 'value',
    sizeBytes: 'value',
    createdAt: 'value',
  },
  ['id'],
  ['accountId', 'slug', 'createdAt'],
);

const EXISTS = 'The account has an audio file of that slug already';
const MISSING = 'The audio file does not exist';

export const audioFileOperations = {
  'audioFiles.insert': operation(table.insert, { exists: EXISTS, refers: "The audio file's account does not exist" }),
  'audioFiles.update': operation(table.update, { otherwise: MISSING }),
  'audioFiles.delete': operation('DELETE FROM audio_files WHERE id = @id', { otherwise: MISSING }),
} satisfies Operations;

const list = new PagedList<AudioFileRecord>('audioFiles', [''], ({ id }) => [id]);

export class SqlAudioFileRepository implements AudioFileRepository {
  readonly #byId: Query<AudioFileRecord>;
  readonly #bySlug: Query<AudioFileRecord>;
  readonly #ofAccount: Query<AudioFileRecord>;

  constructor(reader: Reader) {
    this.#byId = reader.query(`${table.select} WHERE id = @id`);
    this.#bySlug = reader.query(`${table.select} WHERE account_id = @accountId AND slug = @slug`);
    this.#ofAccount = reader.query(`${table.select} WHERE account_id = @accountId AND id > @key0 ORDER BY id LIMIT @limit`);
  }

  insert(record: AudioFileRecord): WriteCommand {
    return { operation: 'audioFiles.insert', parameters: [table.encode(record)] };
  }

  update(record: AudioFileRecord): WriteCommand {
    return { operation: 'audioFiles.update', parameters: [table.encode(record)] };
  }

  delete(id: string): WriteCommand {
    return { operation: 'audioFiles.delete', parameters: [{ id }] };
  }

  get(id: string): AudioFileRecord | null {
    return this.#byId.get({ id });
  }

  bySlug(accountId: string, slug: string): AudioFileRecord | null {
    return this.#bySlug.get({ accountId, slug });
  }

  list(accountIds: readonly string[], page: PageQuery): Page<AudioFileRecord> {
    return list.page(this.#ofAccount, byAccount(accountIds), page);
  }
}
