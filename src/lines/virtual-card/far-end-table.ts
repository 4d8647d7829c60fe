import type { FarEnd, FarEndScript } from '../../telephony/index.js';

/** The numbers of the table below without their last three digits. */
const PREFIX = '+441632960';

const answers = (...then: FarEndScript): FarEndScript => [{ do: 'ring', milliseconds: 1000 }, { do: 'answer' }, ...then];

/** CONTRACT's far ends, by the last three digits of their numbers: what the demo and the tests call. */
const TABLE: Readonly<Record<string, { readonly description: string; readonly script: FarEndScript }>> = {
  '200': { description: 'rings 1 s, answers, listens', script: answers() },
  '201': { description: 'busy', script: [{ do: 'refuse', tone: 'busy', cause: 17 }] },
  // Longer than anybody waits.
  '202': { description: 'rings, never answers', script: [{ do: 'ring', milliseconds: 3_600_000 }] },
  '203': { description: 'rejects', script: [{ do: 'refuse', tone: 'busy', cause: 21 }] },
  '204': { description: 'unallocated number', script: [{ do: 'refuse', tone: 'unobtainable', cause: 1 }] },
  '205': { description: 'answers, keys 1 after 3 s', script: answers({ do: 'wait', milliseconds: 3000 }, { do: 'digits', digits: '1' }) },
  '206': { description: 'answers, hangs up after 5 s', script: answers({ do: 'wait', milliseconds: 5000 }, { do: 'hangUp' }) },
  '207': { description: 'answers as a voicemail greeting with a beep', script: answers({ do: 'play', audio: 'greeting' }) },
  '208': {
    description: 'answers and speaks a 1004 Hz tone',
    script: answers({ do: 'tone', segments: [{ frequencies: [1004], levelDbm0: -10, milliseconds: 1000 }], loop: true }),
  },
  '209': { description: 'congestion', script: [{ do: 'refuse', tone: 'congestion', cause: 42 }] },
};

/** The far ends of a start: the table, and a telephone at each FXS channel, which is lifted after two seconds of ringing and listens. */
export function farEndsAtStart(fxsChannels: readonly number[]): readonly FarEnd[] {
  const subscribers = Object.entries(TABLE).map(([id, farEnd]) => ({ id, number: `${PREFIX}${id}`, telephone: null, ...farEnd }));
  const telephones = fxsChannels.map((channel) => ({
    id: `telephone-${channel}`,
    number: null,
    telephone: channel,
    description: 'lifted after 2 s, listens',
    script: [{ do: 'ring', milliseconds: 2000 }, { do: 'answer' }] as const,
  }));
  return [...subscribers, ...telephones];
}
