import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { ChannelInfo, NativeStatus } from '../../../native/addon/addon.js';
import { BranchlineError, type Logger, type Native } from '../../core/index.js';
import {
  type FarEnd,
  type FarEndCall,
  type FarEndCaller,
  type FarEndScript,
  type IsdnCallIn,
  type LineImpairments,
  type NewFarEnd,
  type SpanFaults,
  telephonyErrors,
  type VirtualCardPort,
  type VirtualCardState,
} from '../../telephony/index.js';
import { farEndsAtStart } from './far-end-table.js';
import { FarEnds } from './far-ends.js';
import { greetingSamples, wavFile } from './greeting.js';
import { HeardCalls } from './heard-calls.js';
import { nativeImpairments } from './impairments.js';
import { nativeCallIn } from './isdn-call.js';
import { afterAnswer, type FarEndAudio, nativeScript } from './native-script.js';
import { nativeIsdnFaults, nativeSpanStatus } from './span-faults.js';

export interface VirtualCardParts {
  readonly native: Native;
  readonly logger: Logger;
  readonly country: string;
  /** Folder of its own for what it speaks and what it heard; emptied at start, since the calls it belonged to are forgotten. */
  readonly folder: string;
  /** The card's channels, as `AnalogueLine.startVirtual` answered. */
  readonly channels: readonly ChannelInfo[];
}

const OK: NativeStatus = 0;
const WRONG_STATE: NativeStatus = 4;
const UNAVAILABLE: NativeStatus = 6;

/** The far side of the virtual card: whom its lines reach, what those heard, and what is wrong with the lines. */
export class VirtualCard implements VirtualCardPort {
  readonly #parts: VirtualCardParts;
  readonly #heardFolder: string;
  readonly #audio: FarEndAudio;
  readonly #farEnds: FarEnds;
  readonly #heard: HeardCalls;
  readonly #impairments = new Map<number, LineImpairments>();
  readonly #looped = new Set<number>();
  readonly #spanFaults = new Map<number, SpanFaults>();
  #present = true;

  /** Writes what the far ends speak and makes them reachable. The card must have been started. */
  constructor(parts: VirtualCardParts) {
    this.#parts = parts;
    this.#heardFolder = path.join(parts.folder, 'heard');
    rmSync(parts.folder, { recursive: true, force: true });
    mkdirSync(this.#heardFolder, { recursive: true });
    this.#audio = { greeting: path.join(parts.folder, 'greeting.wav') };
    writeFileSync(this.#audio.greeting, wavFile(greetingSamples()));
    const fxsChannels = this.#channelsOf('fxs');
    this.#farEnds = new FarEnds(
      {
        country: parts.country,
        fxsChannels,
        audio: this.#audio,
        heardFolder: this.#heardFolder,
        use: (farEnds) => parts.native.engine.virtualSetFarEnds(farEnds),
      },
      farEndsAtStart(fxsChannels),
    );
    this.#heard = new HeardCalls(parts.native, parts.country);
  }

  state(): VirtualCardState {
    const { engine } = this.#parts.native;
    const ports = new Map(engine.virtualPorts().map(({ channel, ...port }) => [channel, port]));
    const none = { idle: null, offHook: null, ringing: null, battery: null, reversed: null, messageWaiting: null, flashes: null };
    const spans = engine.cardSpans().flatMap((span) => {
      const status = engine.cardSpanStatus(span.span);
      return status === undefined ? [] : [{ ...span, ...status, alarms: status.alarms.split(' ').filter((name) => name !== '') }];
    });
    const channels = this.#parts.channels.map((info) => ({
      ...info,
      ...(ports.get(info.channel) ?? none),
      impaired: this.#impairments.has(info.channel),
      looped: this.#looped.has(info.channel),
    }));
    return { present: this.#present, channels, spans };
  }

  calls(): readonly FarEndCall[] {
    return this.#heard.list();
  }

  heardFile(callId: string): string | null {
    return this.#heard.fileOf(callId);
  }

  farEnds(): readonly FarEnd[] {
    return this.#farEnds.list();
  }

  createFarEnd(farEnd: NewFarEnd): FarEnd {
    return this.#farEnds.create(farEnd);
  }

  replaceFarEnd(id: string, farEnd: NewFarEnd): FarEnd {
    return this.#farEnds.replace(id, farEnd);
  }

  deleteFarEnd(id: string): void {
    this.#farEnds.delete(id);
  }

  callIn(channel: number, behaviour: string | FarEndScript, caller: FarEndCaller = {}): void {
    const script = this.#callerScript(behaviour);
    this.#checkKind(channel, 'fxo');
    const options = {
      script,
      heardFolder: this.#heardFolder,
      caller: { number: caller.number ?? '', name: caller.name ?? '', withheld: caller.withheld ?? false },
    };
    this.#check(
      this.#native(() => this.#parts.native.engine.virtualCallIn(channel, options)),
      channel,
      'the line is in use',
    );
    const number = caller.number ?? (typeof behaviour === 'string' ? this.#farEnds.get(behaviour).number : null);
    this.#heard.noteCaller(channel, number ?? '');
  }

  callInOverIsdn(span: number, call: IsdnCallIn, behaviour: string | FarEndScript): void {
    const script = this.#callerScript(behaviour);
    this.#checkIsdn(span, 'no subscriber can call over it');
    if (!this.#present) throw inUse('The card is pulled: restore it first.');
    this.#checkSpanStatus(
      span,
      this.#native(() =>
        this.#parts.native.engine.virtualIsdnCallIn(span, nativeCallIn(call, this.#parts.country), { script, heardFolder: this.#heardFolder }),
      ),
    );
  }

  phoneDials(channel: number, digits: string, options: { readonly pulses?: boolean; readonly script?: FarEndScript } = {}): void {
    const { pulses = false, script = [] } = options;
    if (!(pulses ? /^\d{1,32}$/ : /^[\d*#]{1,32}$/).test(digits)) {
      throw wrong(`A telephone cannot ${pulses ? 'dial' : 'key'} "${digits}": give 1 to 32 of ${pulses ? '0-9' : 'the keys 0-9, * and #'}.`);
    }
    this.#checkKind(channel, 'fxs');
    const heardFolder = this.#heardFolder;
    this.#check(
      this.#native(() =>
        this.#parts.native.engine.virtualPhoneDials(channel, { digits, pulses, script: nativeScript(script, this.#audio), heardFolder }),
      ),
      channel,
      'the telephone is in use',
    );
  }

  hangUp(channel: number): void {
    this.#checkChannel(channel);
    this.#check(this.#parts.native.engine.virtualHangUp(channel), channel, 'there is no call to be ended');
  }

  impairments(channel: number): LineImpairments {
    this.#checkChannel(channel);
    return this.#impairments.get(channel) ?? {};
  }

  impair(channel: number, impairments: LineImpairments): void {
    const { kind } = this.#checkChannel(channel);
    if (kind !== 'fxo' && impairments.signalling !== undefined) {
      throw wrong(
        `Channel ${channel} has no exchange: leave signalling out, or choose an FXO channel, one of ${this.#channelsOf('fxo').join(', ')}.`,
      );
    }
    this.#check(
      this.#native(() => this.#parts.native.engine.virtualImpair(channel, nativeImpairments(impairments))),
      channel,
      'its line cannot be impaired',
    );
    if (Object.keys(impairments).length === 0) this.#impairments.delete(channel);
    else this.#impairments.set(channel, impairments);
  }

  setLoop(channel: number, looped: boolean): void {
    const { kind } = this.#checkChannel(channel);
    if (kind !== 'bearer')
      throw wrong(`Channel ${channel} is analogue and has no loop: choose a B-channel, one of ${this.#channelsOf('bearer').join(', ')}.`);
    this.#check(
      this.#native(() => this.#parts.native.engine.virtualSetLoop(channel, looped)),
      channel,
      'its far end cannot loop it',
    );
    if (looped) this.#looped.add(channel);
    else this.#looped.delete(channel);
  }

  spanFaults(span: number): SpanFaults {
    this.#checkSpan(span);
    return this.#spanFaults.get(span) ?? {};
  }

  setSpanFaults(span: number, faults: SpanFaults): void {
    const { engine } = this.#parts.native;
    this.#checkSpan(span);
    if (faults.dChannel !== undefined || faults.exchange !== undefined) this.#checkIsdn(span, 'it has no D channel: leave dChannel and exchange out');
    if (this.#isdnSpans().includes(span)) {
      this.#checkSpanStatus(
        span,
        this.#native(() => engine.virtualSetIsdnFaults(span, nativeIsdnFaults(faults, this.#parts.country))),
      );
    }
    this.#checkSpanStatus(
      span,
      this.#native(() => engine.virtualSetSpan(span, nativeSpanStatus(faults))),
    );
    this.#spanFaults.set(span, faults);
  }

  restartSpan(span: number, timeslot: number | null): void {
    this.#checkIsdn(span, 'it knows no RESTART');
    this.#checkSpanStatus(
      span,
      this.#native(() => this.#parts.native.engine.virtualRestart(span, timeslot ?? 0)),
    );
  }

  pull(): void {
    if (this.#parts.native.engine.virtualPull() !== OK) throw inUse('The card is pulled already: restore it first.');
    this.#present = false;
  }

  restore(): void {
    if (this.#parts.native.engine.virtualRestore() !== OK) throw inUse('The card was not pulled: there is nothing to restore.');
    this.#present = true;
  }

  #callerScript(behaviour: string | FarEndScript): ReturnType<typeof nativeScript> {
    return nativeScript(typeof behaviour === 'string' ? this.#behaviourOf(behaviour) : behaviour, this.#audio);
  }

  #behaviourOf(id: string): FarEndScript {
    const farEnd = this.farEnds().find((one) => one.id === id);
    const script = farEnd === undefined ? null : afterAnswer(farEnd.script);
    if (script !== null) return script;
    const usable = this.farEnds().filter((one) => one.telephone === null && afterAnswer(one.script) !== null);
    throw wrong(`A caller cannot behave as "${id}": choose one of ${usable.map((one) => one.id).join(', ')}.`);
  }

  #channelsOf(kind: ChannelInfo['kind']): readonly number[] {
    return this.#parts.channels.filter((one) => one.kind === kind).map(({ channel }) => channel);
  }

  #checkChannel(channel: number): ChannelInfo {
    const info = this.#parts.channels.find((one) => one.channel === channel);
    if (info === undefined) throw new BranchlineError(telephonyErrors.virtualChannelUnknown, `There is no channel ${channel}.`);
    return info;
  }

  #checkKind(channel: number, wanted: 'fxo' | 'fxs'): void {
    const fitting = this.#channelsOf(wanted);
    if (!fitting.includes(channel))
      throw wrong(`Channel ${channel} is no ${wanted.toUpperCase()} channel; those are: ${fitting.join(', ') || 'none'}.`);
  }

  #checkSpan(span: number): void {
    const spans = this.#parts.native.engine.cardSpans();
    if (!spans.some((one) => one.span === span))
      throw new BranchlineError(
        telephonyErrors.virtualChannelUnknown,
        `There is no span ${span}: choose one of ${spans.map((one) => one.span).join(', ')}.`,
      );
  }

  #isdnSpans(): readonly number[] {
    return this.#parts.native.engine
      .cardSpans()
      .filter(({ kind }) => kind !== 'analogue')
      .map(({ span }) => span);
  }

  #checkIsdn(span: number, therefore: string): void {
    this.#checkSpan(span);
    const fitting = this.#isdnSpans();
    if (!fitting.includes(span)) throw wrong(`Span ${span} is not ISDN, so ${therefore}; those that are: ${fitting.join(', ') || 'none'}.`);
  }

  #checkSpanStatus(span: number, status: NativeStatus): void {
    if (status !== OK) throw wrong(`Span ${span} cannot do that now (status ${status}): try again.`);
  }

  /** The card's own words say what to change. */
  #native<T>(run: () => T): T {
    try {
      return run();
    } catch (cause) {
      throw new BranchlineError(telephonyErrors.virtualCardInput, (cause as Error).message, { cause });
    }
  }

  #check(status: NativeStatus, channel: number, wrongState: string): void {
    if (status === OK) return;
    this.#parts.logger.debug({ channel, status }, 'The virtual card refused');
    if (status === WRONG_STATE) throw inUse(`Channel ${channel} cannot do that now: ${wrongState}.`);
    if (status === UNAVAILABLE) throw inUse(`Channel ${channel} cannot do that now: restore the card first.`);
    throw wrong(`Channel ${channel} cannot do that (status ${status}): choose another.`);
  }
}

function wrong(message: string): BranchlineError {
  return new BranchlineError(telephonyErrors.virtualCardInput, message);
}

function inUse(message: string): BranchlineError {
  return new BranchlineError(telephonyErrors.virtualCardInUse, message);
}
