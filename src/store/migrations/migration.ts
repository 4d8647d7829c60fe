/** One step of a file's schema. Never changed once it was released: a mistake is mended by the next step. */
export interface Migration {
  /** 1, 2, 3 … without a gap: SQLite's `user_version` after it. */
  readonly version: number;
  /** The lowest schema version a program must know to work with the file after this step. */
  readonly minReader: number;
  readonly sql: string;
}
