import type { Created, NativeStatus } from '../../native/addon/addon.js';
import { Emitter, type Logger, type Native, type NativeEvents } from '../core/index.js';
import type {
  Bridge,
  Leg,
  MediaPort,
  PlayEnd,
  PlayOptions,
  Playback,
  RecordEnd,
  RecordOptions,
  Recording,
  RecordingFailure,
  ToneName,
} from '../telephony/index.js';
import { Endings } from './endings.js';
import { toneOf } from './tones.js';

const OK: NativeStatus = 0;
const STALE: NativeStatus = 1;

/** What a meter shows of a leg that is gone: below any sound. */
const SILENCE_DBM0 = -96;

interface NativeMediaEvents {
  /** The call goes on without it. */
  recordingFailed: RecordingFailure;
}

/** The audio engine as telephony and call plans want it. Each object it makes ends exactly once, by the engine's one terminal event for it. */
export class NativeMedia implements MediaPort {
  readonly events = new Emitter<NativeMediaEvents>();
  readonly #native: Native;
  readonly #logger: Logger;
  readonly #players = new Endings<PlayEnd>();
  readonly #recorders = new Endings<RecordEnd>();
  readonly #bridges = new Endings<void>();

  constructor(native: Native, logger: Logger) {
    this.#native = native;
    this.#logger = logger;
    const { events } = native;
    events.on('playerEnded', ({ player, reason, key, playedMs, detail }) => this.#players.end(player, { reason, key, playedMs, detail }));
    events.on('recorderEnded', (event) => this.#onRecorderEnded(event));
    events.on('bridgeEnded', ({ bridge }) => this.#bridges.end(bridge));
  }

  play(leg: Leg, files: readonly string[], options: PlayOptions = {}): Playback {
    const { loop = false, stopKeys = '', queued = false } = options;
    return this.#playback(leg, () => this.#native.engine.play(leg.details.mediaHandle, { files, loop, stopKeys, queued }));
  }

  playTone(leg: Leg, tone: ToneName): Playback {
    const { segments, loop } = toneOf(tone);
    return this.#playback(leg, () => this.#native.engine.playTone(leg.details.mediaHandle, segments, loop));
  }

  record(leg: Leg, file: string, options: RecordOptions): Recording {
    const created = this.#create(leg, () => this.#native.engine.record(leg.details.mediaHandle, { file, ...options }));
    const ended =
      created.status === OK ? this.#recorders.begin(created.handle) : Promise.resolve({ ...failure(created.status), file: '', recordedMs: 0 });
    void ended.then((end) => this.#tellFailure(leg, end));
    // Of no recorder the engine thinks as of one that has ended.
    const { engine } = this.#native;
    return {
      stop: () => void engine.stopRecorder(created.handle),
      pause: () => void engine.pauseRecorder(created.handle, true),
      resume: () => void engine.pauseRecorder(created.handle, false),
      mute: () => void engine.muteRecorder(created.handle, true),
      unmute: () => void engine.muteRecorder(created.handle, false),
      ended,
    };
  }

  bridge(legA: Leg, legB: Leg): Bridge {
    const created = this.#native.engine.bridge(legA.details.mediaHandle, legB.details.mediaHandle);
    if (created.status !== OK) {
      this.#warn(created.status, 'bridge', [legA.id, legB.id]);
      return { close: () => undefined, ended: Promise.resolve() };
    }
    return { close: () => void this.#native.engine.unbridge(created.handle), ended: this.#bridges.begin(created.handle) };
  }

  /** The exchange's tones on an analogue line are the line's own business, whatever is set here. */
  detectDigits(leg: Leg, on: boolean): void {
    const status = this.#native.engine.setDetectors(leg.details.mediaHandle, { dtmf: on, tones: false });
    this.#warn(status, 'setDetectors', [leg.id]);
  }

  levels(leg: Leg): { readonly receivedDbm0: number; readonly sentDbm0: number } {
    const silent = { receivedDbm0: SILENCE_DBM0, sentDbm0: SILENCE_DBM0 };
    if (leg.end !== null) return silent;
    const { status, receivedDbm0, sentDbm0 } = this.#native.engine.levels(leg.details.mediaHandle);
    return status === OK ? { receivedDbm0, sentDbm0 } : silent;
  }

  #playback(leg: Leg, start: () => Created): Playback {
    const created = this.#create(leg, start);
    if (created.status !== OK) return { stop: () => undefined, ended: Promise.resolve({ ...failure(created.status), key: '', playedMs: 0 }) };
    return { stop: () => void this.#native.engine.stopPlayer(created.handle), ended: this.#players.begin(created.handle) };
  }

  #create(leg: Leg, start: () => Created): Created {
    const created = start();
    this.#warn(created.status, 'media', [leg.id]);
    return created;
  }

  #tellFailure(leg: Leg, end: RecordEnd): void {
    if (end.reason !== 'error') return;
    this.#logger.error({ legId: leg.id, ...end }, 'A recording stopped: its file could not be written');
    this.events.emit('recordingFailed', { leg, end });
  }

  #onRecorderEnded({ recorder, reason, file, recordedMs, detail }: NativeEvents['recorderEnded']): void {
    this.#recorders.end(recorder, { reason, file, recordedMs, detail });
  }

  /** A stale handle is the ordinary race with the leg's end. */
  #warn(status: NativeStatus, what: string, legIds: readonly string[]): void {
    if (status !== OK && status !== STALE) this.#logger.warn({ status, what, legIds }, 'The audio engine refused');
  }
}

function failure(status: NativeStatus): { readonly reason: 'legEnded' | 'error'; readonly detail: string } {
  return status === STALE ? { reason: 'legEnded', detail: 'the leg has ended' } : { reason: 'error', detail: WHY[status] };
}

const WHY: Readonly<Record<NativeStatus, string>> = {
  0: '',
  1: 'the leg has ended',
  2: 'not a leg',
  3: 'the audio engine has no room for more',
  4: 'the leg is not in a state for it',
  5: 'the audio engine cannot do that',
  6: 'the audio engine is closed',
};
