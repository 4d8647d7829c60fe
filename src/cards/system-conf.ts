import type { CardConfiguration, ChannelUse, SpanLine } from './configuration.js';

const USES: readonly ChannelUse[] = ['fxsks', 'fxoks', 'bchan', 'dchan', 'hardhdlc'];
const WITH_AUDIO: readonly ChannelUse[] = ['fxsks', 'fxoks', 'bchan'];

/** The text of `system.conf` (dahdi_cfg). */
export function systemConf(configuration: CardConfiguration): string {
  const { spans, channels, toneZone, echoCanceller } = configuration;
  const numbersOf = (uses: readonly ChannelUse[]): readonly number[] =>
    channels.filter(({ use }) => uses.includes(use)).map(({ channel }) => channel);
  const audio = numbersOf(WITH_AUDIO);
  return [
    '# Written by "branchline card apply". Changes made here are kept until it is run again; the file before it is system.conf.old.',
    '# span=number,timing (0: gives the clock),line build-out,framing,coding',
    ...spans.map(spanLine),
    '# Signalling is named by the far side: an FXO port is fxsks, an FXS port fxoks.',
    ...USES.flatMap((use) => (numbersOf([use]).length === 0 ? [] : [`${use}=${ranges(numbersOf([use]))}`])),
    ...(echoCanceller === null || audio.length === 0 ? [] : [`echocanceller=${echoCanceller},${ranges(audio)}`]),
    `loadzone=${toneZone}`,
    `defaultzone=${toneZone}`,
    '',
  ].join('\n');
}

function spanLine({ span, timing, framing, coding, crc4 }: SpanLine): string {
  return `span=${span},${timing},0,${framing},${coding}${crc4 ? ',crc4' : ''}`;
}

/** [1, 2, 3, 5] as "1-3,5". */
export function ranges(numbers: readonly number[]): string {
  const parts: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const current = parts.at(-1);
    if (current !== undefined && number === current.last + 1) current.last = number;
    else parts.push({ first: number, last: number });
  }
  return parts.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
