import type { ExtensionSettings } from '../../store/index.js';

/** A telephone's place: an FXS port of the card. */
export interface Extension {
  /** What is dialled for it, "201". */
  readonly extension: string;
  readonly channel: number;
}

/** The card's FXS ports. */
export interface ExtensionPort {
  extensions(): readonly Extension[];
  /** Treats the telephone of an FXS channel so from its next call on; the lamp at once. Settings are checked. */
  configure(channel: number, settings: ExtensionSettings): void;
}
