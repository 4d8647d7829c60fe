import type { TrunkRecord } from '../../store/index.js';
import type { Destination } from '../ports/dialling.js';

/** What a destination may ask of a line, by the names that records show. */
export type CallSetting = 'networkCli' | 'presentationCli' | 'callerName' | 'withholding' | 'diversion';

/**
 * What of a destination a trunk cannot carry: recorded with each try, not hidden (DESIGN.md §6.8). SIP carries all of it. ISDN's user side has one calling number,
 * the presentation, and no caller's name (EN 300 403-1 §4.5.10; a private network's is its own affair). An analogue line carries nothing: the exchange shows the
 * line's own number, whatever we ask.
 */
export function notCarried({ kind }: Pick<TrunkRecord, 'kind'>, destination: Destination): readonly CallSetting[] {
  switch (kind) {
    case 'sip':
      return [];
    case 'isdn':
      return asked(destination).filter((setting) => (setting === 'networkCli' ? hasTwoNumbers(destination) : setting === 'callerName'));
    case 'analogue':
      return asked(destination);
  }
}

function asked({ cli, diversion }: Destination): readonly CallSetting[] {
  const { network, presentation } = cli;
  const settings: readonly (readonly [CallSetting, boolean])[] = [
    ['networkCli', network.number !== undefined],
    ['presentationCli', presentation.number !== undefined],
    ['callerName', presentation.name !== undefined],
    ['withholding', network.presentation === 'restricted' || presentation.presentation === 'restricted'],
    ['diversion', diversion !== undefined],
  ];
  return settings.flatMap(([setting, is]) => (is ? [setting] : []));
}

function hasTwoNumbers({ cli }: Destination): boolean {
  return cli.network.number !== cli.presentation.number;
}
