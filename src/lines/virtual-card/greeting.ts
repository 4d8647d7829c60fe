/** Samples a second of telephone audio. */
const RATE = 8000;
/** Peak of a sine at 0 dBm0 in 16-bit linear, ITU-T G.711 for A-law: 3.14 dB below full scale. */
const DBM0_PEAK = 22_800;

const GREETING_SECONDS = 4;
const PAUSE_SECONDS = 0.6;
const BEEP_SECONDS = 0.4;
const BEEP_HZ = 1000;

/** A voice's pitch, Hz, and the resonances of four vowels (first and second formant, Hz; Peterson and Barney 1952, men). */
const PITCH_HZ = 118;
const VOWELS = [
  [730, 1090],
  [530, 1840],
  [270, 2290],
  [570, 840],
] as const;
const SYLLABLES_A_SECOND = 4.5;
const FORMANT_WIDTH_HZ = 90;

/**
 * A voicemail greeting without words: a voice-like murmur of four seconds with the rhythm and spectrum of speech, a pause, and a beep of 1 kHz. 16-bit linear, 8 kHz.
 * The same samples each time, so that tests can look for them.
 */
export function greetingSamples(): Int16Array {
  const speech = Array.from({ length: GREETING_SECONDS * RATE }, (_, index) => voice(index / RATE));
  const pause = Array.from({ length: PAUSE_SECONDS * RATE }, () => 0);
  const beep = Array.from({ length: BEEP_SECONDS * RATE }, (_, index) => amplitude(-10) * Math.sin((2 * Math.PI * BEEP_HZ * index) / RATE));
  return Int16Array.from([...speech, ...pause, ...beep], (sample) => Math.round(sample));
}

/** One sample of the murmur: harmonics of the pitch, weighted by the vowel's resonances, under the syllable's envelope. */
function voice(seconds: number): number {
  const syllable = Math.floor(seconds * SYLLABLES_A_SECOND);
  const [first, second] = VOWELS[(syllable * 7) % VOWELS.length] ?? VOWELS[0];
  const envelope = Math.max(0, Math.sin(Math.PI * ((seconds * SYLLABLES_A_SECOND) % 1))) * (syllable % 6 === 5 ? 0.1 : 1);
  let sample = 0;
  for (let harmonic = 1; harmonic * PITCH_HZ < 3400; harmonic += 1) {
    const hz = harmonic * PITCH_HZ;
    sample += (resonance(hz, first) + 0.5 * resonance(hz, second)) * Math.sin(2 * Math.PI * hz * seconds);
  }
  return amplitude(-14) * envelope * sample;
}

function resonance(hz: number, formant: number): number {
  return 1 / (1 + ((hz - formant) / FORMANT_WIDTH_HZ) ** 2);
}

function amplitude(dbm0: number): number {
  return DBM0_PEAK * 10 ** (dbm0 / 20);
}

/** A WAV file (RIFF, 16-bit linear, mono, 8 kHz) of samples. */
export function wavFile(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  const bytes = samples.length * 2;
  header.write('RIFF', 0, 'ascii');
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8, 'ascii');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'ascii');
  header.writeUInt32LE(bytes, 40);
  const data = Buffer.alloc(bytes);
  samples.forEach((sample, index) => data.writeInt16LE(sample, index * 2));
  return Buffer.concat([header, data]);
}
