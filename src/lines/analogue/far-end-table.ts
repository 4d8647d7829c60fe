import type { FarEndStep } from '../../../native/addon/addon.js';

/** One behaviour of the virtual far end, by the last three digits of its number (CONTRACT.md). */
export interface Behaviour {
  readonly key: string;
  readonly means: string;
  /** What it does until it answers, or instead of answering. */
  readonly whenCalled: readonly FarEndStep[];
  /** What it does once the call is answered, whoever called; null where it never comes to that. */
  readonly answered: readonly FarEndStep[] | null;
}

/** Files the far end speaks. */
export interface FarEndAudio {
  /** A voicemail greeting, with its beep. */
  readonly greetingFile: string;
}

const RING_MS = 1000;
/** Longer than anybody waits. */
const FOR_EVER_MS = 3_600_000;
const BUSY: FarEndStep = { do: 'refuse', tone: 'busy' };
const UNOBTAINABLE: FarEndStep = { do: 'refuse', tone: 'unobtainable' };
const CONGESTION: FarEndStep = { do: 'refuse', tone: 'congestion' };

const ANSWERS: readonly FarEndStep[] = [{ do: 'ring', milliseconds: RING_MS }, { do: 'answer' }];

/** The first number of the table: "+44 1632 960 200" without its key. */
export const FAR_END_PREFIX = '+441632960';

/** CONTRACT.md's table. A line can only tell by its tones: a rejection sounds like busy. */
export function farEndTable({ greetingFile }: FarEndAudio): readonly Behaviour[] {
  return [
    { key: '200', means: 'rings 1 s, answers, listens', whenCalled: ANSWERS, answered: [] },
    { key: '201', means: 'busy', whenCalled: [BUSY], answered: null },
    { key: '202', means: 'rings, never answers', whenCalled: [{ do: 'ring', milliseconds: FOR_EVER_MS }], answered: null },
    { key: '203', means: 'rejects', whenCalled: [BUSY], answered: null },
    { key: '204', means: 'unallocated number', whenCalled: [UNOBTAINABLE], answered: null },
    {
      key: '205',
      means: 'answers, keys 1 after 3 s',
      whenCalled: ANSWERS,
      answered: [
        { do: 'wait', milliseconds: 3000 },
        { do: 'digits', digits: '1', onMs: 100, offMs: 100 },
      ],
    },
    { key: '206', means: 'answers, hangs up after 5 s', whenCalled: ANSWERS, answered: [{ do: 'wait', milliseconds: 5000 }, { do: 'hangUp' }] },
    { key: '207', means: 'answers as a voicemail greeting with a beep', whenCalled: ANSWERS, answered: [{ do: 'play', file: greetingFile }] },
    {
      key: '208',
      means: 'answers and speaks a 1004 Hz tone',
      whenCalled: ANSWERS,
      answered: [{ do: 'tone', segments: [{ frequencies: [1004], levelDbm0: -10, milliseconds: 1000 }], loop: true }],
    },
    { key: '209', means: 'congestion', whenCalled: [CONGESTION], answered: null },
  ];
}

/** What a telephone at an FXS port does when it is rung: lifted after two seconds, it listens. */
export const TELEPHONE_SCRIPT: readonly FarEndStep[] = [{ do: 'ring', milliseconds: 2000 }, { do: 'answer' }];
