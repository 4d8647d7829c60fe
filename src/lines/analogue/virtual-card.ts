import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { ChannelInfo, FarEnd, NativeStatus } from '../../../native/addon/addon.js';
import { BranchlineError, type Logger, type Native, type NativeEvents } from '../../core/index.js';
import { type FarEndCall, type VirtualCardPort, formatNational, readNumber, telephonyErrors } from '../../telephony/index.js';
import { type Behaviour, FAR_END_PREFIX, TELEPHONE_SCRIPT, farEndTable } from './far-end-table.js';
import { greetingSamples, wavFile } from './greeting.js';

export interface VirtualCardParts {
  readonly native: Native;
  readonly logger: Logger;
  readonly country: string;
  /** Folder of its own for what it speaks and what it heard; emptied at start, since the calls it belonged to are forgotten. */
  readonly folder: string;
  /** The card's channels, as `AnalogueLine.startVirtual` answered. */
  readonly channels: readonly ChannelInfo[];
}

interface HeardCall extends FarEndCall {
  readonly file: string | null;
}

const MOST_CALLS = 1000;

/** The far side of the virtual card: whom its lines reach, and what those heard. */
export class VirtualCard implements VirtualCardPort {
  readonly #parts: VirtualCardParts;
  readonly #heardFolder: string;
  readonly #behaviours: ReadonlyMap<string, Behaviour>;
  /** Oldest first. */
  readonly #calls = new Map<string, HeardCall>();
  /** Whom `callIn` last let call on a channel. */
  readonly #callers = new Map<number, string>();

  /** Writes what the far ends speak and makes them reachable. The card must have been started. */
  constructor(parts: VirtualCardParts) {
    this.#parts = parts;
    this.#heardFolder = path.join(parts.folder, 'heard');
    rmSync(parts.folder, { recursive: true, force: true });
    mkdirSync(this.#heardFolder, { recursive: true });
    const greetingFile = path.join(parts.folder, 'greeting.wav');
    writeFileSync(greetingFile, wavFile(greetingSamples()));
    this.#behaviours = new Map(farEndTable({ greetingFile }).map((behaviour) => [behaviour.key, behaviour]));
    parts.native.engine.virtualSetFarEnds([...this.#numbers(), ...this.#telephones()]);
    parts.native.events.on('farEndAnswered', (event) => this.#onAnswered(event));
    parts.native.events.on('farEndEnded', (event) => this.#onEnded(event));
  }

  calls(): readonly FarEndCall[] {
    return [...this.#calls.values()].toReversed().map(({ file: _file, ...call }) => call);
  }

  heardFile(callId: string): string | null {
    return this.#calls.get(callId)?.file ?? null;
  }

  callIn(channel: number, behaviour: string): void {
    const script = this.#behaviours.get(behaviour)?.answered;
    if (script === undefined || script === null) {
      const usable = [...this.#behaviours.values()].filter(({ answered }) => answered !== null).map(({ key }) => key);
      throw wrong(`A caller cannot behave as "${behaviour}": choose one of ${usable.join(', ')}.`);
    }
    const kind = this.#checkKind(channel, 'fxo');
    this.#check(this.#parts.native.engine.virtualCallIn(channel, script, this.#heardFolder), channel, kind);
    this.#callers.set(channel, `${FAR_END_PREFIX}${behaviour}`);
  }

  phoneDials(channel: number, digits: string): void {
    if (!/^[\d*#]{1,32}$/.test(digits)) throw wrong(`A telephone cannot key "${digits}": give 1 to 32 of the keys 0-9, * and #.`);
    const kind = this.#checkKind(channel, 'fxs');
    this.#check(this.#parts.native.engine.virtualPhoneDials(channel, digits, [], this.#heardFolder), channel, kind);
  }

  hangUp(channel: number): void {
    const info = this.#parts.channels.find((one) => one.channel === channel);
    if (info === undefined) throw wrong(`There is no channel ${channel}.`);
    this.#check(this.#parts.native.engine.virtualHangUp(channel), channel, info.kind);
  }

  #numbers(): FarEnd[] {
    return [...this.#behaviours.values()].map(({ key, whenCalled, answered }) => ({
      number: formatNational(`${FAR_END_PREFIX}${key}`, this.#parts.country),
      script: [...whenCalled, ...(answered ?? [])],
      heardFolder: this.#heardFolder,
    }));
  }

  #telephones(): FarEnd[] {
    const fxs = this.#parts.channels.filter(({ kind }) => kind === 'fxs');
    return fxs.map(({ channel }) => ({ number: String(channel), script: TELEPHONE_SCRIPT, heardFolder: this.#heardFolder }));
  }

  #onAnswered({ call, channel, number, atMs }: NativeEvents['farEndAnswered']): void {
    const answeredAt = this.#parts.native.wallTime(atMs);
    this.#calls.set(call, { id: call, channel, number: this.#numberOf(channel, number), answeredAt, endedAt: null, heardMs: null, file: null });
    for (const [id, { file }] of this.#calls) {
      if (this.#calls.size <= MOST_CALLS) break;
      this.#calls.delete(id);
      if (file !== null) rmSync(file, { force: true });
    }
  }

  #onEnded({ call, heardFile, heardMs, atMs }: NativeEvents['farEndEnded']): void {
    const known = this.#calls.get(call);
    if (known === undefined) return;
    this.#calls.set(call, { ...known, endedAt: this.#parts.native.wallTime(atMs), heardMs, file: heardFile === '' ? null : heardFile });
  }

  /** A far end that was called has its number; one that called is named by how it behaves; a telephone by its channel. */
  #numberOf(channel: number, number: string): string {
    if (number === '') return this.#callers.get(channel) ?? '';
    return readNumber(number, this.#parts.country) ?? number;
  }

  #checkKind(channel: number, wanted: 'fxo' | 'fxs'): 'fxo' | 'fxs' {
    const fitting = this.#parts.channels.filter(({ kind }) => kind === wanted).map((one) => one.channel);
    if (!fitting.includes(channel))
      throw wrong(`Channel ${channel} is no ${wanted.toUpperCase()} channel; those are: ${fitting.join(', ') || 'none'}.`);
    return wanted;
  }

  #check(status: NativeStatus, channel: number, kind: ChannelInfo['kind']): void {
    if (status === 0) return;
    this.#parts.logger.debug({ channel, status }, 'The virtual card refused');
    const reason =
      status === 4 ? (kind === 'fxo' ? 'the line is in use, or idle where a call was to be ended' : 'the telephone is in use') : `status ${status}`;
    throw wrong(`Channel ${channel} cannot do that now: ${reason}.`);
  }
}

function wrong(message: string): BranchlineError {
  return new BranchlineError(telephonyErrors.virtualCardInput, message);
}
