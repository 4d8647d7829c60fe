/** How a field lies in its column: as it is, as 0 or 1, or as JSON text. */
type ColumnForm = 'value' | 'boolean' | 'json';

export type SqlValue = string | number | null;
/** A record as SQLite takes it: named parameters, one a field. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * The one place that knows how a record's fields and a table's columns correspond: field `accountId` is column `account_id` and parameter
 * `@accountId`. A field of the record that is missing here does not compile.
 */
export class Table<R extends object> {
  readonly #name: string;
  readonly #forms: readonly (readonly [string, ColumnForm])[];
  readonly #special: readonly (readonly [string, ColumnForm])[];
  readonly #key: readonly string[];
  readonly #fixed: readonly string[];

  /** `key`: the fields that tell rows apart. `fixed`: further fields that an update leaves alone; that also spares their indexes. */
  constructor(
    name: string,
    forms: { readonly [K in keyof R]-?: ColumnForm },
    key: readonly (keyof R & string)[],
    fixed: readonly (keyof R & string)[] = [],
  ) {
    this.#name = name;
    this.#forms = Object.entries<ColumnForm>(forms);
    this.#special = this.#forms.filter(([, form]) => form !== 'value');
    this.#key = key;
    this.#fixed = [...key, ...fixed];
  }

  /** `SELECT` with every field under its name, up to and without the `WHERE`. */
  get select(): string {
    const columns = this.#forms.map(([field]) => `${columnOf(field)} AS "${field}"`);
    return `SELECT ${columns.join(', ')} FROM ${this.#name}`;
  }

  get insert(): string {
    const columns = this.#forms.map(([field]) => columnOf(field));
    const values = this.#forms.map(([field]) => `@${field}`);
    return `INSERT INTO ${this.#name} (${columns.join(', ')}) VALUES (${values.join(', ')})`;
  }

  /** Sets every field that is not fixed, of the row with that key. */
  get update(): string {
    const changed = this.#forms.filter(([field]) => !this.#fixed.includes(field));
    const assignments = changed.map(([field]) => `${columnOf(field)} = @${field}`);
    return `UPDATE ${this.#name} SET ${assignments.join(', ')} WHERE ${this.#keyCondition}`;
  }

  get #keyCondition(): string {
    return this.#key.map((field) => `${columnOf(field)} = @${field}`).join(' AND ');
  }

  encode(record: R): SqlRow {
    const row: Record<string, SqlValue> = {};
    const fields = record as Readonly<Record<string, unknown>>;
    for (const [field, form] of this.#forms) row[field] = encodeValue(form, fields[field]);
    return row;
  }

  decode(row: object): R {
    if (this.#special.length === 0) return row as R;
    const fields = row as Record<string, SqlValue>;
    for (const [field, form] of this.#special) (fields as Record<string, unknown>)[field] = decodeValue(form, fields[field] ?? null);
    return row as R;
  }
}

function columnOf(field: string): string {
  return `"${field.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)}"`;
}

function encodeValue(form: ColumnForm, value: unknown): SqlValue {
  switch (form) {
    case 'value':
      return value as SqlValue;
    case 'boolean':
      return value === true ? 1 : 0;
    case 'json':
      return value === null ? null : JSON.stringify(value);
  }
}

function decodeValue(form: ColumnForm, value: SqlValue): unknown {
  if (form === 'boolean') return value === 1;
  return value === null ? null : (JSON.parse(value as string) as unknown);
}
