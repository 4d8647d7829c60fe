import type { Clock } from '../../../src/core/index.js';
import type { Bridge, Leg, MediaPort, PlayEnd, Playback, PlayOptions, Recording, ToneName } from '../../../src/telephony/index.js';

/** Something a leg heard. */
export interface HeardSound {
  readonly legId: string;
  /** File names without their folder and ".wav", or "tone:<name>". */
  readonly what: string;
  readonly startedAt: number;
  end: PlayEnd | null;
}

export interface JoinedLegs {
  readonly legIds: readonly [string, string];
  readonly joinedAt: number;
  open: boolean;
}

/** A Media port without audio: each file lasts as long as the test says, on the clock that the test steps. */
export class ScriptedMedia implements MediaPort {
  readonly heard: HeardSound[] = [];
  readonly bridges: JoinedLegs[] = [];
  readonly detecting = new Set<string>();
  /** Length of a file in ms, by the name it has in `heard`. */
  readonly lengths = new Map<string, number>();
  /** Files that cannot be played. */
  readonly broken = new Set<string>();
  readonly #clock: Clock;
  readonly #closers: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a leg heard, in order. */
  heardBy(leg: Leg): readonly string[] {
    return this.heard.filter((sound) => sound.legId === leg.id).map((sound) => sound.what);
  }

  /** What a leg hears now; null: silence. */
  playingTo(leg: Leg): string | null {
    return this.heard.findLast((sound) => sound.legId === leg.id && sound.end === null)?.what ?? null;
  }

  /** The engine loses the bridges that are open, though their legs live. */
  loseBridges(): void {
    for (const close of this.#closers.splice(0)) close();
  }

  play(leg: Leg, files: readonly string[], options: PlayOptions = {}): Playback {
    const names = files.map((file) => file.replace(/^.*\/|\.wav$/g, ''));
    if (names.some((name) => this.broken.has(name))) return this.#sound(leg, names.join('+'), { lengthMs: 0, endsAs: 'error' });
    const lengthMs = names.reduce((sum, name) => sum + (this.lengths.get(name) ?? 3000), 0);
    return this.#sound(leg, names.join('+'), { lengthMs, endsAs: 'finished', stopKeys: options.stopKeys ?? '' });
  }

  playTone(leg: Leg, tone: ToneName): Playback {
    return this.#sound(leg, `tone:${tone}`, { lengthMs: null, endsAs: 'finished' });
  }

  bridge(legA: Leg, legB: Leg): Bridge {
    const joined: JoinedLegs = { legIds: [legA.id, legB.id], joinedAt: this.#clock.monotonic(), open: true };
    this.bridges.push(joined);
    const closed = new AbortController();
    const close = (): void => {
      joined.open = false;
      closed.abort();
    };
    this.#closers.push(close);
    legA.events.once('ended', close);
    legB.events.once('ended', close);
    return { close, ended: new Promise((resolve) => closed.signal.addEventListener('abort', () => resolve(), { once: true })) };
  }

  detectDigits(leg: Leg, on: boolean): void {
    if (on) this.detecting.add(leg.id);
    else this.detecting.delete(leg.id);
  }

  record(): Recording {
    throw new Error('Nothing is recorded here');
  }

  levels(): { receivedDbm0: number; sentDbm0: number } {
    return { receivedDbm0: -100, sentDbm0: -100 };
  }

  #sound(
    leg: Leg,
    what: string,
    { lengthMs, endsAs, stopKeys = '' }: { lengthMs: number | null; endsAs: PlayEnd['reason']; stopKeys?: string },
  ): Playback {
    const sound: HeardSound = { legId: leg.id, what, startedAt: this.#clock.monotonic(), end: null };
    this.heard.push(sound);
    let finish: (end: PlayEnd) => void = () => undefined;
    const ended = new Promise<PlayEnd>((resolve) => {
      finish = resolve;
    });
    const end = (reason: PlayEnd['reason'], key = ''): void => {
      if (sound.end !== null) return;
      sound.end = { reason, key, playedMs: this.#clock.monotonic() - sound.startedAt, detail: '' };
      timer?.cancel();
      for (const off of subscriptions) off();
      finish(sound.end);
    };
    const timer = lengthMs === null ? null : this.#clock.after(lengthMs, () => end(endsAs));
    const subscriptions = [
      leg.events.on('digit', ({ digit }) => {
        if (stopKeys.includes(digit)) end('key', digit);
      }),
      leg.events.on('ended', () => end('legEnded')),
    ];
    if (leg.end !== null) end('legEnded');
    return { stop: () => end('stopped'), ended };
  }
}
