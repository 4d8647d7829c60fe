import { BranchlineError } from '../core/index.js';
import { type DahdiCards, type DahdiChannel, type DahdiSpan, HARDWARE_HDLC } from './dahdi.js';
import { cardErrors } from './errors.js';
import type { CardCountry } from './templates.js';

export interface CardChoices {
  readonly country: CardCountry;
  /** Spans that are the network's side of an ISDN line: they give the clock. */
  readonly networkSpans: readonly number[];
  /** DAHDI's name of the canceller to attach to every channel of calls; null: the cards have their own, or none is wanted. */
  readonly echoCanceller: string | null;
}

/** One line of a span that has a line to configure. */
export interface SpanLine {
  readonly span: number;
  /** 0: gives the clock; from 1: takes it, in this order of preference. */
  readonly timing: number;
  readonly framing: string;
  readonly coding: string;
  readonly crc4: boolean;
}

/** What a channel is to be; the words are those of `system.conf`. */
export type ChannelUse = 'fxsks' | 'fxoks' | 'bchan' | 'dchan' | 'hardhdlc';

export interface PlannedChannel {
  readonly span: number;
  readonly channel: number;
  readonly use: ChannelUse;
}

/** What `system.conf` is to say. */
export interface CardConfiguration {
  readonly spans: readonly SpanLine[];
  readonly channels: readonly PlannedChannel[];
  readonly toneZone: string;
  readonly echoCanceller: string | null;
}

const E1_CHANNELS = 31;
const T1_CHANNELS = 24;
const BASIC_CHANNELS = 3;

/**
 * What these cards are to be configured as.
 *
 * @throws BranchlineError `noCard` without spans, `badChoice` where a choice names what is not there.
 */
export function configurationFor(cards: DahdiCards, choices: CardChoices): CardConfiguration {
  if (cards.spans.length === 0) {
    throw new BranchlineError(
      cardErrors.noCard,
      'DAHDI has no span: load the driver of the card (modprobe), and let DAHDI number its spans (module option auto_assign_spans=1)',
    );
  }
  for (const span of choices.networkSpans) checkNetworkSpan(cards, span);
  let preference = 0;
  const spans = cards.spans.filter(isDigital).map((span): SpanLine => {
    const isNetwork = choices.networkSpans.includes(span.span) || span.type === 'BRI_NT';
    return { span: span.span, timing: isNetwork ? 0 : ++preference, ...lineOf(span, choices.country) };
  });
  return {
    spans,
    channels: cards.spans.flatMap((span) => span.channels.flatMap((channel) => planChannel(span, channel))),
    toneZone: choices.country.toneZone,
    echoCanceller: choices.echoCanceller,
  };
}

export function isDigital(span: DahdiSpan): boolean {
  return span.channels.some(({ capabilities }) => capabilities.includes('Clear'));
}

function checkNetworkSpan(cards: DahdiCards, number: number): void {
  const span = cards.spans.find((one) => one.span === number);
  if (span !== undefined && isDigital(span)) return;
  const digital = cards.spans.filter(isDigital).map((one) => one.span);
  throw new BranchlineError(cardErrors.badChoice, `Span ${number} is no ISDN span: choose one of ${digital.join(', ') || 'none'}`);
}

function lineOf(span: DahdiSpan, country: CardCountry): Pick<SpanLine, 'framing' | 'coding' | 'crc4'> {
  if (span.channels.length === BASIC_CHANNELS) return { framing: 'ccs', coding: 'ami', crc4: false };
  if (span.channels.length === T1_CHANNELS) return country.t1 ?? { framing: 'esf', coding: 'b8zs', crc4: false };
  return country.e1 ?? { framing: 'ccs', coding: 'hdb3', crc4: true };
}

/** DAHDI names signalling by the far side: an FXO port is signalled as FXS. */
function planChannel(span: DahdiSpan, { channel, position, capabilities }: DahdiChannel): PlannedChannel[] {
  const as = (use: ChannelUse): PlannedChannel[] => [{ span: span.span, channel, use }];
  if (!isDigital(span)) {
    if (capabilities.includes('FXSKS')) return as('fxsks');
    return capabilities.includes('FXOKS') ? as('fxoks') : [];
  }
  if (position !== dPosition(span)) return as('bchan');
  return as(capabilities.includes(HARDWARE_HDLC) ? 'hardhdlc' : 'dchan');
}

function dPosition(span: DahdiSpan): number {
  switch (span.channels.length) {
    case E1_CHANNELS:
      return 16;
    case T1_CHANNELS:
      return 24;
    default:
      return span.channels.length;
  }
}
