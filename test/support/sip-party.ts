// A party at a SIP trunk: sipp signals, a socket of ours carries the audio.
import type { Match } from './audio.js';
import { find } from './audio.js';
import { RtpPeer } from './rtp-peer.js';
import { signalOf } from './rtp-stream.js';
import { Sipp, type SippOptions } from './sipp.js';
import { eventually } from './until.js';

/** A peer without telephone-event: its keys come in-band. */
export const WITHOUT_EVENTS = { PAYLOADS: '8', RTPMAPS: 'a=rtpmap:8 PCMA/8000' } as const;

/** The tones of a key (ITU-T Q.23), 150 ms of each at −9 dBm0 between silences. */
export function dtmf(key: string): Float64Array {
  const place = '123A456B789C*0#D'.indexOf(key);
  const [low, high] = [[697, 770, 852, 941][place >> 2] ?? 0, [1209, 1336, 1477, 1633][place & 3] ?? 0];
  const amplitude = 10 ** ((-9 - 3.14) / 20);
  return Float64Array.from({ length: 4000 }, (_, n) =>
    n < 800 || n >= 2000 ? 0 : amplitude * (Math.sin((2 * Math.PI * low * n) / 8000) + Math.sin((2 * Math.PI * high * n) / 8000)),
  );
}

/** Where to look for what is being said: the last three seconds. */
const RECENT_SAMPLES = 24_000;

export class SipParty {
  readonly sipp: Sipp;
  readonly rtp: RtpPeer;

  private constructor(sipp: Sipp, rtp: RtpPeer) {
    this.sipp = sipp;
    this.rtp = rtp;
  }

  static async start(
    scenario: string,
    values: Readonly<Record<string, string | number>> = {},
    options: Partial<SippOptions> = {},
  ): Promise<SipParty> {
    const rtp = await RtpPeer.open();
    return new SipParty(await Sipp.start({ scenario, values: { RTP_PORT: rtp.port, ...values }, ...options }), rtp);
  }

  get port(): number {
    return this.sipp.port;
  }

  /** Everything it has heard. */
  get heard(): Float64Array {
    return signalOf(this.rtp.packets);
  }

  /** Waits until it hears this piece, of at most a second. */
  async hears(piece: Float64Array, what: string, timeoutMs = 10_000): Promise<Match> {
    return eventually(
      () => find(piece, this.heard.slice(-RECENT_SAMPLES)),
      ({ peak }) => peak >= 0.9,
      { what: `the party hears ${what}`, timeoutMs, everyMs: 100 },
    );
  }

  /** Waits until every call went as the scenario says; fails with what sipp says where one did not. */
  async well(): Promise<void> {
    const { exitCode, errors } = await this.sipp.done;
    if (exitCode !== 0) throw new Error(`sipp: exit code ${exitCode}: ${errors}`);
  }

  async stop(): Promise<void> {
    this.rtp.close();
    await this.sipp.stop();
  }
}
