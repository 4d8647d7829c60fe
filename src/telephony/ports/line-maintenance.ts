/**
 * What a technician can have tested on a line. dialTone: seize an FXO line and hear the exchange's dial tone. ring: ring the telephone of an FXS port and see the ring
 * trip when it is lifted. tone: seize an FXO line and send a test tone. loopback: whether what is sent on a B-channel comes back, how late and how loud. bitError:
 * how many bits of a known pattern come back wrong; the far end of the B-channel has to loop it.
 */
export type LineTestKind = 'dialTone' | 'ring' | 'tone' | 'loopback' | 'bitError';

export const LINE_TEST_KINDS: readonly LineTestKind[] = ['dialTone', 'ring', 'tone', 'loopback', 'bitError'];

export interface LineTestResult {
  readonly passed: boolean;
  /** In words: "dial tone after 620 ms: 350 and 440 Hz at -13.0 dBm0". */
  readonly words: string;
  /** Numbers of the test, by name and unit: `timeToDialToneMs`. */
  readonly figures: Readonly<Record<string, number | boolean | readonly number[]>>;
}

/** Tests of lines that carry no call; adapters live in `lines/`. */
export interface LineMaintenance {
  /** What can be tested on a channel; nothing for one that is not this adapter's. */
  testsOf(channel: number): readonly LineTestKind[];
  /**
   * Runs a test and leaves the line as it was. The line is taken for so long: calls avoid it. Never rejects for what the line does. `seconds`: how long to ring, to
   * send, to count. Aborting `signal` ends it early.
   */
  run(channel: number, kind: LineTestKind, seconds: number, signal: AbortSignal): Promise<LineTestResult>;
}
