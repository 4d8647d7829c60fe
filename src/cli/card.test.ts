import { describe, expect, it } from 'vitest';

import type { DahdiCards } from '../cards/index.js';
import type { CardPorts } from './card.js';
import { runProgram } from './program.js';

const port = { name: 'FXO/1', signalling: 'Unconfigured', capabilities: ['FXSKS'], inUse: true, echoCanceller: '' };
const CARDS: DahdiCards = {
  devices: [{ manufacturer: 'Digium', type: 'Wildcard TDM410P', location: 'PCI 1', hardwareId: '' }],
  spans: [
    {
      span: 1,
      name: 'WCTDM/0',
      description: 'TDM410P Board 1',
      type: 'FXO',
      lineConfig: '',
      lineCapabilities: [],
      alarms: 8,
      syncSource: 0,
      channels: [{ ...port, channel: 1, position: 1 }],
    },
  ],
};
const TEMPLATE = {
  name: 'Digium TDM410',
  match: ['TDM410'],
  module: 'wctdm24xxp',
  echoCanceller: 'software' as const,
  notes: ['12 V for FXS modules'],
};
const CONF = 'fxsks=1\nechocanceller=mg2,1\nloadzone=uk\ndefaultzone=uk\n';

/** The command on a machine of the test's making. */
class Machine {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly did: string[] = [];
  cards = CARDS;
  configuration = '';

  async run(...words: string[]): Promise<number> {
    const cards: CardPorts = {
      read: () => this.cards,
      templates: () => [TEMPLATE],
      countries: () => ({ default: { toneZone: 'us' }, GB: { toneZone: 'uk' } }),
      readConfiguration: () => this.configuration,
      writeConfiguration: (file, text) => {
        this.did.push(`write ${file}`);
        this.configuration = text;
      },
      apply: (file) => void this.did.push(`apply ${file}`),
    };
    const output = { line: (text: string) => void this.lines.push(text), error: (text: string) => void this.errors.push(text) };
    const nothing = { loadSettings: unused, addonVersions: unused, serviceReady: unused };
    return runProgram(['card', ...words], { version: '1', clock: null as never, output, serve: unused, doctor: nothing, cards });
  }
}

function unused(): never {
  throw new Error('not of the card commands');
}

describe('branchline card', () => {
  it('detect names the card, its template with notes, and its spans', async () => {
    const machine = new Machine();
    expect(await machine.run('detect')).toBe(0);
    expect(machine.lines).toEqual([
      'Digium Wildcard TDM410P at PCI 1: Digium TDM410',
      '    12 V for FXS modules',
      '  span 1 WCTDM/0: 1 FXO, 0 FXS ports, channels 1',
    ]);
  });

  it('show tells signalling, use and alarms, as JSON too', async () => {
    const machine = new Machine();
    expect(await machine.run('show')).toBe(0);
    expect(machine.lines).toEqual(['span 1 WCTDM/0 "TDM410P Board 1" FXO ALARM red', '     1 FXO/1 Unconfigured in use']);
    expect(await machine.run('show', '--json')).toBe(0);
    expect(JSON.parse(machine.lines.at(-1) ?? '')).toEqual(CARDS.spans);
  });

  it('detect and show end with 1 without a card', async () => {
    const machine = new Machine();
    machine.cards = { devices: [], spans: [] };
    expect(await machine.run('detect')).toBe(1);
    expect(await machine.run('show')).toBe(1);
    expect(machine.lines.join('\n')).toContain('DAHDI is not loaded');
  });

  it('apply tells what it interrupts and does nothing without --yes', async () => {
    const machine = new Machine();
    expect(await machine.run('apply')).toBe(1);
    expect(machine.did).toEqual([]);
    expect(machine.lines.join('\n')).toContain(
      'span 1 (WCTDM/0): channels 1: Unconfigured becomes FXSKS; channels 1 are in use, and calls on them end',
    );
    expect(machine.errors[0]).toContain('say --yes');
  });

  it('apply --dry-run shows the file and does nothing', async () => {
    const machine = new Machine();
    expect(await machine.run('apply', '--dry-run')).toBe(0);
    expect(machine.did).toEqual([]);
    expect(machine.lines[0]).toContain('fxsks=1');
  });

  it('apply --yes writes the file and applies it; a second time there is nothing to do', async () => {
    const machine = new Machine();
    expect(await machine.run('apply', '--yes', '--file', '/tmp/system.conf')).toBe(0);
    expect(machine.did).toEqual(['write /tmp/system.conf', 'apply /tmp/system.conf']);
    expect(
      machine.configuration
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n'),
    ).toBe(CONF);
    machine.cards = {
      ...CARDS,
      spans: CARDS.spans.map((span) => ({ ...span, channels: [{ ...port, channel: 1, position: 1, signalling: 'FXSKS' }] })),
    };
    expect(await machine.run('apply', '--yes', '--file', '/tmp/system.conf')).toBe(0);
    expect(machine.did.length).toBe(2);
    expect(machine.lines.at(-1)).toContain('Nothing to do');
  });

  it('apply without a card is a failure that says what to load, wrong words are wrong words', async () => {
    const machine = new Machine();
    expect(await machine.run('apply', '--network', '1,x')).toBe(2);
    machine.cards = { devices: [], spans: [] };
    expect(await machine.run('apply', '--yes')).toBe(1);
    expect(machine.errors.at(-1)).toContain('modprobe');
  });

  it('apply --json tells the file, the changes and whether it was done', async () => {
    const machine = new Machine();
    expect(await machine.run('apply', '--yes', '--json', '--echo-canceller', 'none')).toBe(0);
    const told = JSON.parse(machine.lines[0] ?? '') as {
      readonly applied: boolean;
      readonly changes: readonly { readonly inUse: readonly number[] }[];
      readonly text: string;
    };
    expect(told.applied).toBe(true);
    expect(told.changes[0]?.inUse).toEqual([1]);
    expect(told.text).not.toContain('echocanceller');
  });
});
