// What may be wrong with a line of the virtual card, at the border between TypeScript and the C++ add-on (addon.d.ts).

/** What one direction of a line's audio suffers (native/channel/virtual/line_impairments.hpp). */
export interface AudioImpairments {
  readonly gainDb: number;
  readonly slipsPerMinute: number;
  readonly slipSamples: number;
  readonly clicksPerMinute: number;
  readonly noiseDbm0: number;
  readonly humDbm0: number;
}

/** What is wrong with one line of the virtual card. */
export interface LineImpairments {
  /** What we hear. */
  readonly received: AudioImpairments;
  /** What the far end hears. */
  readonly sent: AudioImpairments;
  /** What we hear of ourselves; 99 dB: nothing. */
  readonly echo: { readonly delayMs: number; readonly returnLossDb: number };
  /** FXO only. */
  readonly signalling: {
    readonly lostRings: number;
    readonly longestRingMs: number;
    readonly noDialTone: boolean;
    readonly noBattery: boolean;
    readonly glare: boolean;
    readonly noReversal: boolean;
    readonly lateAnswerMs: number;
    readonly disconnect: 'batteryDrop' | 'reversal' | 'tone' | 'silence';
    readonly disconnectTone: 'busy' | 'congestion' | 'unobtainable' | 'dial';
    /** Whom every call reaches; "": whom it dialled. */
    readonly wrongNumber: string;
  };
}
