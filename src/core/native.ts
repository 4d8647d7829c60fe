import type { EngineOptions, NativeAddon, NativeEngine, NativeEvent } from '../../native/addon/addon.js';
import type { Clock } from './clock.js';
import { Emitter } from './emitter.js';
import type { SteppedClock } from './stepped-clock.js';

/** The add-on's events by type: what an adapter subscribes to. */
export type NativeEvents = { readonly [T in NativeEvent['type']]: Extract<NativeEvent, { readonly type: T }> };

/**
 * The native engine and its events for everybody who lives above it. One engine, several adapters (SIP, analogue, media) which do not know each
 * other: each listens to the types it understands and looks the handle up in its own table.
 */
export interface Native {
  readonly engine: NativeEngine;
  readonly events: Emitter<NativeEvents>;
  /** Wall time, ms, of a moment of the native clock: what `atMs` of an event means to people. */
  readonly wallTime: (atMs: number) => number;
}

/** Creates the engine and fans its events out, in order. `onListenerError` gets what a listener throws; the others still hear the event. */
export function startNative(addon: NativeAddon, options: EngineOptions, clock: Clock, onListenerError?: (error: unknown) => void): Native {
  const events = new Emitter<NativeEvents>(onListenerError);
  const engine = addon.createEngine(options, (batch) => {
    for (const event of batch) events.emit(event.type, event);
  });
  return {
    engine,
    events,
    wallTime: (atMs) => Math.ceil(clock.now() - ageOf(engine, atMs)),
  };
}

/**
 * Milliseconds since a moment of the native clock. The last events of an engine that is closing come when its clock can no longer be read: they are of now. Both
 * times are cut to whole milliseconds on their way; that `wallTime` rounds up keeps "never early" true in the records.
 */
function ageOf(engine: NativeEngine, atMs: number): number {
  try {
    return Math.max(0, engine.nowMs() - atMs);
  } catch {
    return 0;
  }
}

/** Length of the engine's frames: a stepped engine moves by whole ones. */
const FRAME_MS = 20;

/**
 * Moves a stepped engine with a stepped clock, in the same call, a frame at a time: what is left of a step shorter than a frame comes with the next.
 * Returns what parts them again: an engine that is closed can't be stepped.
 */
export function stepTogether(clock: SteppedClock, engine: NativeEngine): () => void {
  let pending = 0;
  clock.onStep = (milliseconds) => {
    pending += milliseconds;
    const whole = Math.floor(pending / FRAME_MS) * FRAME_MS;
    pending -= whole;
    if (whole > 0) engine.step(whole);
  };
  return () => {
    clock.onStep = null;
  };
}
