import type { CardConfiguration, ChannelUse, SpanLine } from './configuration.js';
import type { DahdiCards, DahdiSpan } from './dahdi.js';
import { ranges } from './system-conf.js';

/** DAHDI's words for what a channel is to be. */
const SIGNALLING: Readonly<Record<ChannelUse, string>> = {
  fxsks: 'FXSKS',
  fxoks: 'FXOKS',
  bchan: 'Clear',
  dchan: 'HDLCFCS',
  hardhdlc: 'Hardware-assisted HDLC',
};

export interface SpanChange {
  readonly span: number;
  readonly name: string;
  /** What it is now that it will not be. */
  readonly changes: readonly string[];
  /** Channels that a program has open: their calls end. */
  readonly inUse: readonly number[];
}

/**
 * What applying a configuration does to the cards as they run: every span is configured anew, so its line goes down for a moment and calls on it end,
 * changed or not. Spans that are already so and that nobody uses are left out.
 */
export function changesBy(configuration: CardConfiguration, cards: DahdiCards): readonly SpanChange[] {
  return cards.spans.flatMap((span) => {
    const changes = [...lineChange(span, configuration), ...channelChanges(span, configuration)];
    const inUse = span.channels.filter((channel) => channel.inUse).map(({ channel }) => channel);
    return changes.length === 0 && inUse.length === 0 ? [] : [{ span: span.span, name: span.name, changes, inUse }];
  });
}

/** For people: a sentence a change. */
export function describeChange({ span, name, changes, inUse }: SpanChange): string {
  const what = changes.length === 0 ? 'is configured anew as it is' : changes.join('; ');
  const whom = inUse.length === 0 ? 'nobody uses it' : `channels ${ranges(inUse)} are in use, and calls on them end`;
  return `span ${span} (${name}): ${what}; ${whom}`;
}

function lineChange(span: DahdiSpan, { spans }: CardConfiguration): string[] {
  const line = spans.find((one) => one.span === span.span);
  if (line === undefined) return [];
  const wanted = lineWords(line);
  const now = span.lineConfig.split('/').filter((word) => word !== '');
  const same = now.length === wanted.length && wanted.every((word) => now.includes(word));
  return same ? [] : [`line ${now.join('/') || 'not configured'} becomes ${wanted.join('/')}`];
}

function lineWords({ framing, coding, crc4 }: SpanLine): readonly string[] {
  return [coding.toUpperCase(), framing.toUpperCase(), ...(crc4 ? ['CRC4'] : [])];
}

function channelChanges(span: DahdiSpan, { channels }: CardConfiguration): string[] {
  const byChange = new Map<string, number[]>();
  for (const { channel, use } of channels.filter((planned) => planned.span === span.span)) {
    const now = span.channels.find((one) => one.channel === channel)?.signalling ?? 'Unconfigured';
    if (now === SIGNALLING[use]) continue;
    const change = `${now} becomes ${SIGNALLING[use]}`;
    byChange.set(change, [...(byChange.get(change) ?? []), channel]);
  }
  return [...byChange].map(([change, numbers]) => `channels ${ranges(numbers)}: ${change}`);
}
