import type { Outcome } from '../../core/index.js';
import type { TryRecord } from '../../store/index.js';
import type { Address } from '../address.js';
import type { CliPair } from '../cli.js';
import type { DiversionReason, Subaddresses } from '../leg-services.js';
import type { Leg } from '../leg.js';
import type { LineIdentity } from './line.js';

/** A party to reach, over whichever trunks carry the number. */
export interface Destination {
  readonly to: Address;
  readonly cli: CliPair;
  /** RFC 5806 diverting number, E.164. */
  readonly diversion?: string;
  /** As those of DialRequest. */
  readonly diversionReason?: DiversionReason;
  readonly subaddresses?: Subaddresses;
  /** Cleared with "no answer" after so long; counted from the seizure of each try's line. */
  readonly ringSeconds: number;
  /** Identity of the first try, where it was armed ahead; further tries get new ones. */
  readonly identity?: LineIdentity;
  /** Called synchronously just before each line is seized: the scheduler's journal. Throwing stops the effort with outcome "failed". */
  readonly beforeSeizure?: (tryId: string, legId: string) => void;
  /** Called with each try's leg as soon as it exists: early media, progress, cancelling. */
  readonly onLeg?: (leg: Leg) => void;
  /** Aborting it clears the try in progress; the outcome is "cancelled". */
  readonly signal?: AbortSignal;
}

/** How the effort ended. `leg` is there only where the outcome is "answered". */
export interface DialResult {
  readonly outcome: Outcome;
  readonly leg: Leg | null;
  readonly q850: number;
  readonly sipStatus: number;
  readonly tries: readonly TryRecord[];
  readonly detail: string;
}

/** Reaches a destination: selects trunks, tries them in order, fails over by cause (DESIGN.md §6.5). Never rejects for what the world does. */
export interface Dialler {
  dial(destination: Destination): Promise<DialResult>;
}
