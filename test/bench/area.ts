import type { Calibrations } from './calibrations.js';
import type { Figure } from './figure.js';

/** What an area is given. */
export interface Bench {
  /** Longer runs, as an issue's record wants them. */
  readonly full: boolean;
  readonly calibrations: Calibrations;
  /** Where states lie: on a real disk. */
  readonly folder: string;
  /** Says what goes on; a run takes minutes. */
  readonly say: (text: string) => void;
}

/** One subject that is measured. */
export interface Area {
  /** The word of `--only`. */
  readonly name: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}
