import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  type CardCountry,
  changesBy,
  configurationFor,
  describeChange,
  type FileTree,
  ranges,
  readCountries,
  readDahdi,
  readTemplate,
  systemConf,
  templateFor,
} from './index.js';

const BOARD = path.resolve(import.meta.dirname, '../../board/cards');
const GB: CardCountry = { toneZone: 'uk', e1: { framing: 'ccs', coding: 'hdb3', crc4: true } };

interface FakeSpan {
  readonly name: string;
  readonly type: string;
  readonly lineConfig?: string;
  readonly channels: readonly { readonly sig: string; readonly sigcap: string; readonly inUse?: boolean; readonly canceller?: string }[];
}

const fxo = { sig: 'Unconfigured', sigcap: 'FXSLS FXSKS' };
const fxs = { sig: 'Unconfigured', sigcap: 'FXOLS FXOGS FXOKS' };
const clear = { sig: 'Unconfigured', sigcap: 'Clear HDLCRAW HDLCFCS HDLCNET DACS' };
const hardware = { sig: 'Unconfigured', sigcap: 'Clear HDLCFCS Hardware-assisted HDLC' };

/** The files of DAHDI for these spans. */
function sysfs(spans: readonly FakeSpan[], device: Readonly<Record<string, string>> = {}): FileTree {
  const files = new Map<string, string>();
  let number = 0;
  if (Object.keys(device).length > 0)
    for (const [name, value] of Object.entries(device)) files.set(`/sys/bus/dahdi_devices/devices/pci:1/${name}`, value);
  for (const [index, span] of spans.entries()) {
    const folder = `/sys/bus/dahdi_spans/devices/span-${index + 1}`;
    const about = {
      name: span.name,
      desc: `${span.name} of a test`,
      spantype: span.type,
      lineconfig: span.lineConfig ?? '',
      linecompat: 'HDB3 CCS CRC4',
      alarms: '0x8',
      syncsrc: '0',
    };
    for (const [name, value] of Object.entries(about)) files.set(`${folder}/${name}`, value);
    for (const [place, channel] of span.channels.entries()) {
      const own = `/sys/bus/dahdi_channels/devices/dahdi!chan!${pad(index + 1)}!${pad(place + 1)}`;
      const rows = {
        channo: String(++number),
        name: `${span.name}/${place + 1}`,
        sig: channel.sig,
        sigcap: channel.sigcap,
        in_use: channel.inUse === true ? '1' : '0',
        ec_factory: channel.canceller ?? '',
      };
      for (const [name, value] of Object.entries(rows)) files.set(`${own}/${name}`, value);
    }
  }
  return {
    list: (folder) => [
      ...new Set([...files.keys()].filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1).split('/')[0] ?? '')),
    ],
    line: (file) => files.get(file) ?? '',
  };
}

const pad = (number: number): string => String(number).padStart(3, '0');
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const e1 = (overrides: Partial<FakeSpan> = {}): FakeSpan => ({ name: 'E1', type: 'E1', channels: times(31, clear), ...overrides });

describe('what DAHDI tells', () => {
  it('is read by span and channel, in order of their numbers', () => {
    const cards = readDahdi(
      sysfs([{ name: 'FXS', type: 'FXS', channels: [fxs, { ...fxs, inUse: true, canceller: 'MG2' }] }, e1()], {
        manufacturer: 'Digium',
        type: 'TDM410P',
      }),
    );
    expect(cards.devices).toEqual([{ manufacturer: 'Digium', type: 'TDM410P', location: '', hardwareId: '' }]);
    expect(cards.spans.map(({ span, name, alarms }) => ({ span, name, alarms }))).toEqual([
      { span: 1, name: 'FXS', alarms: 8 },
      { span: 2, name: 'E1', alarms: 8 },
    ]);
    expect(cards.spans[0]?.channels[1]).toEqual({
      channel: 2,
      position: 2,
      name: 'FXS/2',
      signalling: 'Unconfigured',
      capabilities: ['FXOLS', 'FXOGS', 'FXOKS'],
      inUse: true,
      echoCanceller: 'MG2',
    });
  });

  it('is nothing where DAHDI is not loaded', () => {
    expect(readDahdi({ list: () => [], line: () => '' })).toEqual({ devices: [], spans: [] });
  });

  it('has a name of a capability with a blank in it', () => {
    const [span] = readDahdi(sysfs([{ name: 'B', type: 'BRI_TE', channels: [hardware] }])).spans;
    expect(span?.channels[0]?.capabilities).toEqual(['Clear', 'HDLCFCS', 'Hardware-assisted HDLC']);
  });
});

describe('the configuration of cards', () => {
  const choices = { country: GB, networkSpans: [], echoCanceller: 'mg2' };

  it('makes ports of what can be ports, B- and D channels of the others, and takes the clock from the network', () => {
    const cards = readDahdi(
      sysfs([
        { name: 'MIX', type: 'ANALOG_MIXED', channels: [fxo, fxs] },
        { name: 'NT', type: 'BRI_NT', channels: times(3, hardware) },
        { name: 'TE', type: 'BRI_TE', channels: times(3, hardware) },
        e1(),
        e1(),
      ]),
    );
    expect(
      systemConf(configurationFor(cards, { ...choices, networkSpans: [5] }))
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    ).toEqual([
      'span=2,0,0,ccs,ami',
      'span=3,1,0,ccs,ami',
      'span=4,2,0,ccs,hdb3,crc4',
      'span=5,0,0,ccs,hdb3,crc4',
      'fxsks=1',
      'fxoks=2',
      'bchan=3-4,6-7,9-23,25-39,40-54,56-70'.replace('25-39,40-54', '25-54'),
      'dchan=24,55',
      'hardhdlc=5,8',
      'echocanceller=mg2,1-4,6-7,9-23,25-54,56-70',
      'loadzone=uk',
      'defaultzone=uk',
      '',
    ]);
  });

  it('follows the country where lines are T1', () => {
    const cards = readDahdi(sysfs([{ name: 'T1', type: 'T1', channels: times(24, clear) }]));
    const country = { toneZone: 'us', t1: { framing: 'esf', coding: 'b8zs', crc4: false } };
    const text = systemConf(configurationFor(cards, { country, networkSpans: [], echoCanceller: null }));
    expect(text).toContain('span=1,1,0,esf,b8zs\n');
    expect(text).toContain('bchan=1-23\ndchan=24\n');
    expect(text).not.toContain('echocanceller');
  });

  it('is refused without a card, and for a network span that is no ISDN span', () => {
    expect(() => configurationFor({ devices: [], spans: [] }, choices)).toThrow(/auto_assign_spans=1.*BL12002/);
    const cards = readDahdi(sysfs([{ name: 'FXO', type: 'FXO', channels: [fxo] }, e1()]));
    expect(() => configurationFor(cards, { ...choices, networkSpans: [1] })).toThrow('Span 1 is no ISDN span: choose one of 2');
  });

  it('writes ranges as short as they are', () => {
    expect(ranges([])).toBe('');
    expect(ranges([7, 3, 1, 2, 9, 8])).toBe('1-3,7-9');
  });
});

describe('what applying it interrupts', () => {
  const asConfigured = (overrides: Partial<FakeSpan> = {}): FakeSpan =>
    e1({
      lineConfig: 'HDB3/CCS/CRC4',
      channels: times(31, clear).map((channel, index) => ({ ...channel, sig: index === 15 ? 'HDLCFCS' : 'Clear' })),
      ...overrides,
    });
  const changesOf = (span: FakeSpan): readonly string[] => {
    const cards = readDahdi(sysfs([span]));
    return changesBy(configurationFor(cards, { country: GB, networkSpans: [], echoCanceller: null }), cards).map(describeChange);
  };

  it('is nothing for a span that is so already and that nobody uses', () => {
    expect(changesOf(asConfigured())).toEqual([]);
  });

  it('is the line and the channels that become others, and the calls of channels in use', () => {
    expect(changesOf(e1({ channels: times(31, clear) }))).toEqual([
      'span 1 (E1): line not configured becomes HDB3/CCS/CRC4; channels 1-15,17-31: Unconfigured becomes Clear; channels 16: Unconfigured becomes HDLCFCS; nobody uses it',
    ]);
    const used = asConfigured();
    const channels = used.channels.map((channel, index) => ({ ...channel, inUse: index === 2 || index === 3 }));
    expect(changesOf({ ...used, channels })).toEqual(['span 1 (E1): is configured anew as it is; channels 3-4 are in use, and calls on them end']);
    expect(changesOf(asConfigured({ lineConfig: 'AMI/CCS' }))[0]).toContain('line AMI/CCS becomes HDB3/CCS/CRC4');
  });
});

describe('templates', () => {
  const names = readdirSync(BOARD).filter((name) => name.endsWith('.yaml') && name !== 'countries.yaml');
  const templates = names.map((name) => readTemplate(name, readFileSync(path.join(BOARD, name), 'utf8')));

  it('on the board can all be read, and so can its countries', () => {
    expect(templates.length).toBeGreaterThan(9);
    const countries = readCountries('countries.yaml', readFileSync(path.join(BOARD, 'countries.yaml'), 'utf8'));
    expect(countries['GB']?.toneZone).toBe('uk');
    expect(countries['US']?.t1?.coding).toBe('b8zs');
  });

  it.each([
    ['Digium', 'Wildcard TE133', 'wcte13xp'],
    ['Digium', 'Wildcard TE410P (5th Gen)', 'wct4xxp'],
    ['Digium', 'B410P', 'wcb4xxp'],
    ['Digium', 'Wildcard TDM400P REV I', 'wctdm'],
    ['Digium', 'Wildcard TDM410P', 'wctdm24xxp'],
    ['Sangoma Technologies', 'A104', 'wanpipe'],
    ['OpenVox', 'A1200P', 'opvxa1200'],
    ['Xorcom Inc.', 'Astribank: Unit 0', 'xpp_usb'],
  ])('%s %s is known', (manufacturer, type, module) => {
    expect(templateFor({ manufacturer, type, location: '', hardwareId: '' }, templates)?.module).toBe(module);
  });

  it('are not needed', () => {
    expect(templateFor({ manufacturer: 'Nobody', type: 'Card', location: '', hardwareId: '' }, templates)).toBeNull();
  });

  it('that are wrong are refused by file and place', () => {
    expect(() => readTemplate('x.yaml', 'name: X\nmatch: []\nmodule: m\nechoCanceller: software\n')).toThrow(/x\.yaml cannot be used: \/match/);
    expect(() => readTemplate('x.yaml', 'name: X\nmatch: [a]\nmodule: m\nechoCanceller: maybe\n')).toThrow(/x\.yaml/);
    expect(() => readCountries('c.yaml', 'GB: { toneZone: uk }\n')).toThrow('it has no "default"');
  });
});
