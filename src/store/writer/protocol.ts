import type { WriteCommand } from '../store.js';

/** One `Store.commit`, on its way to the writer thread. */
export interface CommitMessage {
  readonly id: number;
  readonly commands: readonly WriteCommand[];
}

/** What the main thread sends. `checkpoint`: copy the whole log into the files, between two groups. `close`: after all that was sent before. */
export type WriterRequest =
  | { readonly kind: 'commits'; readonly commits: readonly CommitMessage[] }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'close' };

/** Why a commit failed, as plain data: errors lose their class between threads. */
export interface CommitFailure {
  readonly reason: 'conflict' | 'diskFull' | 'writeFailed' | 'bug';
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface CommitResult {
  readonly id: number;
  /** null: it is stored. */
  readonly failure: CommitFailure | null;
}

/** What the writer thread sends. `results` come after the group's fsync. */
export type WriterReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'results'; readonly results: readonly CommitResult[] }
  | { readonly kind: 'closed' };

export interface WriterData {
  readonly directory: string;
  /** The most pages that branchline.db may take; null: as many as the disk has. */
  readonly maxPages: number | null;
}
