// A party of the far end, on whatever kind of line.
export interface Party {
  /** Calls the service; answers once the service has answered. */
  callIn(): Promise<void>;
  /** Takes a call of the service's, as the one who was dialled: rings a while, answers. Fails where another number was dialled. */
  takeCall(number: string): Promise<void>;
  /** Speaks a tone from now on. */
  tone(hertz: number): void;
  quiet(): void;
  /** Keeps what it hears, for `heardIn`. */
  record(name: string): void;
  stopRecording(): void;
  hangUp(): void;
  /** The line is as it was before the call. */
  cleared(): Promise<void>;
}
