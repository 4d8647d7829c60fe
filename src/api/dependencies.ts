import type { AccountService, ServiceNumberService, TokenService } from '../accounts/index.js';
import type { PlanService } from '../callplan/index.js';
import type { Clock, Logger } from '../core/index.js';
import type { EventLog } from '../delivery/index.js';
import type { HealthService } from '../health/index.js';
import type { Scheduler } from '../scheduler/index.js';
import type { AudioFileRecord, Store } from '../store/index.js';
import type {
  CallRegistry,
  ExtensionDirectory,
  LineHealthParts,
  LineTests,
  SpanDirectory,
  TrunkDirectory,
  VirtualCardPort,
} from '../telephony/index.js';
import type { Metrics } from './metrics.js';

/** Uploaded audio: checked, converted to 8 kHz mono and kept; the media room fulfils it. */
export interface AudioLibraryPort {
  /** @throws BranchlineError that says what is wrong with the file or the slug. */
  import(input: {
    readonly accountId: string;
    readonly slug: string;
    readonly description: string;
    readonly content: Buffer;
  }): Promise<AudioFileRecord>;
  replace(id: string, content: Buffer): Promise<AudioFileRecord>;
  describe(id: string, description: string): Promise<AudioFileRecord>;
  /** Refused while the active version of a plan plays it. */
  delete(id: string): Promise<void>;
  /** Absolute path of a slug's file on the account or the nearest one above it that has it; null: nowhere. */
  resolve(accountId: string, slug: string): string | null;
  /** Absolute path of the stored WAV. */
  pathOf(record: AudioFileRecord): string;
}

/** Who speaks a text, and how; the media room's `Voice`. */
export interface SpokenVoice {
  readonly language: string;
  readonly gender: 'Male' | 'Female';
  /** The engine's own name of a voice; null: its choice. */
  readonly name: string | null;
  readonly ratePercent: number;
}

/** Text to speech; the media room fulfils it. */
export interface SpeechPort {
  /** A WAV of 8 kHz, mono, 16 bits. @throws BranchlineError that says what is wrong with the text, the voice or the engine. */
  render(text: string, voice: SpokenVoice): Promise<Buffer>;
}

/** A word that values are said of, which an account can record; the media room's `SayAsPrompt`. */
export interface RecordablePrompt {
  readonly slug: string;
  readonly language: string;
  readonly gender: 'Male' | 'Female';
  /** What is to be read out. */
  readonly text: string;
}

/** Everything the API speaks for; `main.ts` puts it together. */
export interface ApiDependencies {
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  readonly health: HealthService;
  readonly metrics: Metrics;
  readonly eventLog: EventLog;
  readonly accounts: AccountService;
  readonly tokens: TokenService;
  readonly serviceNumbers: ServiceNumberService;
  readonly plans: PlanService;
  readonly audio: AudioLibraryPort;
  readonly speech: SpeechPort;
  /** Language of texts that name none. */
  readonly speechLanguage: string;
  readonly sayAsPrompts: readonly RecordablePrompt[];
  readonly scheduler: Scheduler;
  readonly calls: CallRegistry;
  readonly trunks: TrunkDirectory;
  /** The card's lines and spans, watched. */
  readonly lines: LineHealthParts;
  readonly lineTests: LineTests;
  readonly spans: SpanDirectory;
  readonly extensions: ExtensionDirectory;
  /** Null where the card is not virtual. */
  readonly virtualCard: VirtualCardPort | null;
}
