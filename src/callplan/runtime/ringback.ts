import type { Unsubscribe } from '../../core/index.js';
import type { Bridge, Leg, MediaPort, Playback } from '../../telephony/index.js';

/**
 * What the A-party hears while B-parties are tried. Not answered yet: its own line is told to ring, and B's early media is passed on. Answered:
 * it hears ringing tone until B sends audio of its own.
 */
export class Ringback {
  readonly #aLeg: Leg;
  readonly #media: MediaPort;
  #tone: Playback | null = null;
  #joined: { readonly leg: Leg; readonly bridge: Bridge } | null = null;
  #aHearsUs: boolean;
  #unfollow: Unsubscribe = () => undefined;

  constructor(aLeg: Leg, media: MediaPort) {
    this.#aLeg = aLeg;
    this.#media = media;
    this.#aHearsUs = aLeg.state === 'answered';
  }

  /** A destination is being tried. */
  start(): void {
    this.#part();
    if (this.#aHearsUs) this.#tone ??= this.#media.playTone(this.#aLeg, 'ringing');
    else this.#aLeg.ring(false);
  }

  /** A try has its leg: its early media, should there be any, is what the A-party hears. */
  follow(bLeg: Leg): void {
    this.#unfollow();
    this.#unfollow = bLeg.events.on('progress', ({ earlyMedia }) => {
      if (earlyMedia) this.#passOn(bLeg);
    });
  }

  /** B has answered: joins both, or leaves them joined. The bridge is the caller's from now on. */
  connect(bLeg: Leg): Bridge {
    this.#unfollow();
    if (this.#joined?.leg !== bLeg) this.#part();
    const bridge = this.#joined?.bridge ?? this.#media.bridge(this.#aLeg, bLeg);
    this.#joined = null;
    this.#stopTone();
    return bridge;
  }

  stop(): void {
    this.#unfollow();
    this.#stopTone();
    this.#part();
  }

  #passOn(bLeg: Leg): void {
    if (this.#joined !== null || this.#aLeg.state === 'ended') return;
    this.#stopTone();
    if (!this.#aHearsUs) this.#aLeg.ring(true);
    this.#aHearsUs = true;
    this.#joined = { leg: bLeg, bridge: this.#media.bridge(this.#aLeg, bLeg) };
  }

  #stopTone(): void {
    this.#tone?.stop();
    this.#tone = null;
  }

  #part(): void {
    this.#joined?.bridge.close();
    this.#joined = null;
  }
}
