import type { FarEnd as NativeFarEnd } from '../../../native/addon/addon.js';
import { BranchlineError } from '../../core/index.js';
import { type FarEnd, type NewFarEnd, formatNational, readNumber, telephonyErrors } from '../../telephony/index.js';
import { type FarEndAudio, nativeScript } from './native-script.js';

export interface FarEndsParts {
  readonly country: string;
  readonly fxsChannels: readonly number[];
  readonly audio: FarEndAudio;
  readonly heardFolder: string;
  /** Makes them those who can be called. Throws what is wrong with a script. */
  readonly use: (farEnds: readonly NativeFarEnd[]) => void;
}

/** Whom the lines of the virtual card reach. A change that the card refuses changes nothing. */
export class FarEnds {
  readonly #parts: FarEndsParts;
  #all: ReadonlyMap<string, FarEnd> = new Map();

  constructor(parts: FarEndsParts, atStart: readonly FarEnd[]) {
    this.#parts = parts;
    this.#take(new Map(atStart.map((farEnd) => [farEnd.id, farEnd])));
  }

  list(): readonly FarEnd[] {
    const order = ({ number, telephone }: FarEnd): string => number ?? `~${String(telephone).padStart(4, '0')}`;
    return [...this.#all.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  get(id: string): FarEnd {
    const farEnd = this.#all.get(id);
    if (farEnd === undefined) throw new BranchlineError(telephonyErrors.farEndUnknown, `There is no far end "${id}"`);
    return farEnd;
  }

  create(input: NewFarEnd): FarEnd {
    const farEnd = this.#read(input);
    if (this.#all.has(farEnd.id)) {
      throw new BranchlineError(telephonyErrors.farEndTaken, `There is a far end at ${describe(farEnd)}: change or delete that one`);
    }
    this.#take(new Map(this.#all).set(farEnd.id, farEnd));
    return farEnd;
  }

  replace(id: string, input: NewFarEnd): FarEnd {
    const before = this.get(id);
    const farEnd = { ...this.#read({ number: before.number, telephone: before.telephone, ...input }), id };
    if (farEnd.number !== before.number || farEnd.telephone !== before.telephone) {
      throw new BranchlineError(
        telephonyErrors.virtualCardInput,
        'A far end keeps its number or telephone: leave both out, or delete it and create another',
      );
    }
    this.#take(new Map(this.#all).set(id, farEnd));
    return farEnd;
  }

  delete(id: string): void {
    const left = new Map(this.#all);
    left.delete(this.get(id).id);
    this.#take(left);
  }

  #read({ number = null, telephone = null, description = '', script }: NewFarEnd): FarEnd {
    if ((number === null) === (telephone === null)) {
      throw new BranchlineError(telephonyErrors.virtualCardInput, 'Give a far end either a number or the FXS channel of a telephone');
    }
    if (telephone !== null) {
      this.#checkTelephone(telephone);
      return { id: `telephone-${telephone}`, number: null, telephone, description, script };
    }
    const e164 = number === null ? null : readNumber(number, this.#parts.country);
    if (e164 === null)
      throw new BranchlineError(telephonyErrors.virtualCardInput, `"${number ?? ''}" is no number: give it in E.164 or as it is dialled`);
    return { id: this.#idOf(e164), number: e164, telephone: null, description, script };
  }

  /** Those of the start are called by their last three digits; others by all. */
  #idOf(e164: string): string {
    return [...this.#all.values()].find(({ number }) => number === e164)?.id ?? e164.slice(1);
  }

  #checkTelephone(channel: number): void {
    const { fxsChannels } = this.#parts;
    if (fxsChannels.includes(channel)) return;
    throw new BranchlineError(
      telephonyErrors.virtualCardInput,
      `Channel ${channel} has no telephone: choose an FXS channel, one of ${fxsChannels.join(', ') || 'none'}`,
    );
  }

  #take(all: ReadonlyMap<string, FarEnd>): void {
    const { country, audio, heardFolder, use } = this.#parts;
    const native = [...all.values()].map(({ number, telephone, script }) => ({
      number: number === null ? String(telephone) : formatNational(number, country),
      script: nativeScript(script, audio),
      heardFolder,
    }));
    try {
      use(native);
    } catch (cause) {
      throw new BranchlineError(telephonyErrors.virtualCardInput, (cause as Error).message, { cause });
    }
    this.#all = all;
  }
}

function describe({ number, telephone }: FarEnd): string {
  return number ?? `channel ${String(telephone)}`;
}
