import { BranchlineError } from '../core/index.js';
import {
  cardErrors,
  type CardCountry,
  type CardTemplate,
  changesBy,
  configurationFor,
  type DahdiCards,
  describeChange,
  type DahdiSpan,
  isDigital,
  ranges,
  systemConf,
  templateFor,
} from '../cards/index.js';
import type { Output } from './output.js';

/** What the `card` commands reach of the machine. */
export interface CardPorts {
  /** What DAHDI has now. */
  readonly read: () => DahdiCards;
  readonly templates: () => readonly CardTemplate[];
  readonly countries: () => Readonly<Record<string, CardCountry>>;
  /** The present `system.conf`; "" where there is none. */
  readonly readConfiguration: (file: string) => string;
  /** Writes it in one step and keeps the one before as `.old`. Throws BranchlineError. */
  readonly writeConfiguration: (file: string, text: string) => void;
  /** Runs dahdi_cfg on it. Throws BranchlineError with what it said. */
  readonly apply: (file: string) => void;
}

export interface CardWords {
  readonly country: string;
  readonly network: readonly number[];
  /** DAHDI's name, "none", or "" for what the cards' templates say. */
  readonly echoCanceller: string;
  readonly file: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

const SOFTWARE_CANCELLER = 'mg2';
const ALARMS: readonly (readonly [number, string])[] = [
  [8, 'red'],
  [4, 'yellow'],
  [16, 'blue'],
  [2, 'loopback'],
  [32, 'not open'],
];

/** Which cards there are, and what template each answers to. Exit code 1 without a card. */
export function detectCards({ json }: { readonly json: boolean }, ports: CardPorts, output: Output): number {
  const cards = ports.read();
  const templates = ports.templates();
  const found = cards.devices.map((device) => ({ ...device, template: templateFor(device, templates) }));
  if (json) output.line(JSON.stringify({ devices: found, spans: cards.spans }, null, 2));
  else {
    if (found.length === 0)
      output.line('No card: DAHDI is not loaded, or no driver of a card is (modprobe it; lspci and lsusb show what is plugged in).');
    for (const { manufacturer, type, location, template } of found) {
      output.line(
        `${`${manufacturer} ${type}`.trim()}${location === '' ? '' : ` at ${location}`}: ${template?.name ?? 'no template; set up by what DAHDI tells'}`,
      );
      for (const note of template?.notes ?? []) output.line(`    ${note}`);
    }
    for (const span of cards.spans) output.line(describeSpan(span));
  }
  return cards.spans.length === 0 ? 1 : 0;
}

/** The spans and channels as they run. Exit code 1 without a card. */
export function showCards({ json }: { readonly json: boolean }, ports: CardPorts, output: Output): number {
  const { spans } = ports.read();
  if (json) output.line(JSON.stringify(spans, null, 2));
  else if (spans.length === 0) output.line('No card: "branchline card detect" says more.');
  else for (const span of spans) showSpan(span, output);
  return spans.length === 0 ? 1 : 0;
}

/**
 * Writes system.conf for the cards that are there and applies it; before that it tells what it will interrupt, and without `--yes` goes no further. Exit code 0
 * also where nothing is to be done.
 */
export function applyCards(words: CardWords, ports: CardPorts, output: Output): number {
  const cards = ports.read();
  const configuration = configurationFor(cards, choicesOf(words, cards, ports));
  const text = systemConf(configuration);
  const changes = changesBy(configuration, cards);
  const isWritten = ports.readConfiguration(words.file) === text;
  const done = isWritten && changes.every((change) => change.changes.length === 0);
  if (words.json) output.line(JSON.stringify({ file: words.file, text, changes, done, applied: !done && !words.dryRun && words.yes }, null, 2));
  else tellPlan(words, { text, done, changes: changes.map(describeChange) }, output);
  if (done || words.dryRun) return 0;
  if (!words.yes)
    throw new BranchlineError(cardErrors.notConfirmed, 'Nothing was done: say --yes to write and apply this, or --dry-run to see it only');
  ports.writeConfiguration(words.file, text);
  ports.apply(words.file);
  if (!words.json) output.line(`${words.file} is written and applied.`);
  return 0;
}

function choicesOf(words: CardWords, cards: DahdiCards, ports: CardPorts): Parameters<typeof configurationFor>[1] {
  const countries = ports.countries();
  const country = countries[words.country] ?? countries['default'];
  if (country === undefined) throw new BranchlineError(cardErrors.badChoice, `There is no country ${words.country}`);
  return { country, networkSpans: words.network, echoCanceller: cancellerOf(words, cards, ports) };
}

function cancellerOf({ echoCanceller }: CardWords, cards: DahdiCards, ports: CardPorts): string | null {
  if (echoCanceller !== '') return echoCanceller === 'none' ? null : echoCanceller;
  const templates = ports.templates();
  const all = cards.devices.map((device) => templateFor(device, templates));
  return all.length > 0 && all.every((template) => template?.echoCanceller === 'card') ? null : SOFTWARE_CANCELLER;
}

interface Plan {
  readonly text: string;
  readonly done: boolean;
  readonly changes: readonly string[];
}

function tellPlan({ file, dryRun }: CardWords, { text, done, changes }: Plan, output: Output): void {
  if (done) {
    output.line(`Nothing to do: ${file} is as it should be, and so are the cards.`);
    return;
  }
  if (dryRun) output.line(text.trimEnd());
  output.line(changes.length === 0 ? 'It interrupts nothing.' : 'Applying it configures every span anew: its line goes down for a moment.');
  for (const change of changes) output.line(`  ${change}`);
}

function describeSpan(span: DahdiSpan): string {
  const kind = isDigital(span) ? `${span.type} with ${span.channels.length} channels` : portsOf(span);
  return `  span ${span.span} ${span.name}: ${kind}, channels ${ranges(span.channels.map(({ channel }) => channel))}`;
}

function portsOf({ channels }: DahdiSpan): string {
  const count = (signalling: string): number => channels.filter(({ capabilities }) => capabilities.includes(signalling)).length;
  return `${count('FXSKS')} FXO, ${count('FXOKS')} FXS ports`;
}

function showSpan(span: DahdiSpan, output: Output): void {
  const alarms = ALARMS.filter(([bit]) => (span.alarms & bit) !== 0).map(([, name]) => name);
  output.line(
    `span ${span.span} ${span.name} "${span.description}" ${span.type} ${span.lineConfig}`.trimEnd() +
      (alarms.length === 0 ? ' ok' : ` ALARM ${alarms.join(', ')}`),
  );
  for (const channel of span.channels) {
    const canceller = channel.echoCanceller === '' ? '' : ` echo canceller ${channel.echoCanceller}`;
    output.line(`  ${String(channel.channel).padStart(4)} ${channel.name} ${channel.signalling}${channel.inUse ? ' in use' : ''}${canceller}`);
  }
}
