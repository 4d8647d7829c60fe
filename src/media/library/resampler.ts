/** The rate of everything that is played to telephone lines, Hz. */
export const LINE_RATE = 8000;

/**
 * Windowed-sinc interpolation with the low-pass that keeps what lies above the line's band from folding back into it (J. O. Smith, "Digital
 * Audio Resampling", ccrma.stanford.edu/~jos/resample). 32 zero crossings a side and a Kaiser window of beta 7 leave the band up to 3.4 kHz
 * as it is, and 70 dB down whatever lies above 4 kHz.
 */
const ZERO_CROSSINGS = 32;
const KAISER_BETA = 7;
/** Half power at this part of the line's band: the middle of the window's transition. */
const CUT_OFF = 0.93;
const STEPS_PER_CROSSING = 256;
const KERNEL = kernel();

/** Converts one channel of any rate from 8 kHz up to 8 kHz, piece by piece. */
export class Resampler {
  readonly #ratio: number;
  /** Input samples on each side that take part in an output sample. */
  readonly reach: number;

  /** `inputRate` in Hz, from 8,000. */
  constructor(inputRate: number) {
    this.#ratio = inputRate / LINE_RATE;
    this.reach = inputRate === LINE_RATE ? 0 : Math.ceil((ZERO_CROSSINGS * this.#ratio) / CUT_OFF);
  }

  /** How many output samples `inputLength` samples make. */
  outputLength(inputLength: number): number {
    return Math.max(1, Math.floor(inputLength / this.#ratio));
  }

  /** Place in the input, in samples, of an output sample. */
  placeOf(output: number): number {
    return output * this.#ratio;
  }

  /** Output sample number `output`; `input[0]` is the input's sample number `offset`. What lies outside counts as silence. */
  sampleAt(input: Float32Array, offset: number, output: number): number {
    const place = this.placeOf(output) - offset;
    if (this.reach === 0) return input[place] ?? 0;
    const first = Math.max(0, Math.ceil(place - this.reach));
    const last = Math.min(input.length - 1, Math.floor(place + this.reach));
    const scale = CUT_OFF / this.#ratio;
    let sum = 0;
    for (let index = first; index <= last; index += 1) sum += (input[index] ?? 0) * kernelAt(Math.abs(index - place) * scale);
    return sum * scale;
  }
}

/** The kernel `distance` zero crossings from its middle, between two steps of the table. */
function kernelAt(distance: number): number {
  const at = distance * STEPS_PER_CROSSING;
  const step = Math.floor(at);
  const before = KERNEL[step] ?? 0;
  return before + ((KERNEL[step + 1] ?? 0) - before) * (at - step);
}

function kernel(): Float64Array {
  const steps = ZERO_CROSSINGS * STEPS_PER_CROSSING;
  return Float64Array.from({ length: steps + 1 }, (_, step) => {
    const distance = step / STEPS_PER_CROSSING;
    const sinc = step === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
    return (sinc * bessel0(KAISER_BETA * Math.sqrt(1 - (step / steps) ** 2))) / bessel0(KAISER_BETA);
  });
}

/** The modified Bessel function of the first kind and order 0, by its series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
