import type { CallIdentity, Cli, CliPair } from '../../telephony/index.js';

/** What a B-leg carries. */
export interface CliForB {
  readonly cli: CliPair;
  /** RFC 5806 diverting number; null: none. */
  readonly diversion: string | null;
}

/**
 * DESIGN.md §6.8. Scheduled Call: the pair its First Party was called with. Inbound call: the A-party's own CLI is presented unless it withheld
 * it, the network CLI is the service number, which also stands as diverting number.
 */
export function cliForB(identity: CallIdentity, ofA: CliPair): CliForB {
  const network = ownNumber(identity.serviceNumber);
  switch (identity.origin) {
    case 'scheduled':
      return { cli: { network, presentation: ownNumber(identity.presentationNumber ?? identity.serviceNumber) }, diversion: null };
    case 'inbound':
      return { cli: { network, presentation: presentationOf(ofA) }, diversion: identity.serviceNumber };
  }
}

function ownNumber(number: string): Cli {
  return { number, presentation: 'allowed', screening: 'network' };
}

function presentationOf({ network, presentation }: CliPair): Cli {
  const withheld = network.presentation === 'restricted' || presentation.presentation === 'restricted';
  if (withheld) return { presentation: 'restricted', screening: presentation.screening };
  return presentation.number === undefined ? network : presentation;
}
