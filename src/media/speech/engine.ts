export type Gender = 'Male' | 'Female';

/** Who speaks, and how. */
export interface Voice {
  /** BCP 47: "en-GB". */
  readonly language: string;
  readonly gender: Gender;
  /** The engine's own name of a voice, in place of what it has for language and gender; null: its choice. */
  readonly name: string | null;
  /** Percent of the engine's usual speed. */
  readonly ratePercent: number;
}

/** A text that was made fit to be spoken (`speakableText`), and the voice. */
export interface Utterance {
  readonly text: string;
  readonly voice: Voice;
}

/** What turns text into audio. */
export interface SpeechEngine {
  readonly name: string;
  /** Whatever changes its audio besides the utterance (a model, an address): part of the key under which its audio is cached. */
  readonly identity: string;
  /**
   * A WAV file of any kind the audio library takes; its header may tell wrong sizes, as programs write them that write to a pipe.
   *
   * @throws BranchlineError: `voiceNotSpoken` where it has no such voice, else an operational one that says what is wrong with the engine.
   */
  synthesise(utterance: Utterance): Promise<Buffer>;
}
