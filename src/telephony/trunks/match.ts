import type { TrunkRecord } from '../../store/index.js';
import type { Address } from '../address.js';
import { parseHostPort } from './host-port.js';

/** The trunk that stands for the box's own FXS ports; it is in no table. */
export const EXTENSIONS_TRUNK_ID = 'trk_extensions';

/** How well a trunk fits: the length of its longest matching prefix, 0 for "any", null where it does not carry the address. */
export function matchLength(trunk: TrunkRecord, to: Address): number | null {
  switch (to.kind) {
    case 'number':
      return longestPrefix(trunk.prefixes, to.e164);
    case 'sip':
      return trunk.kind === 'sip' ? matchHost(trunk, to.uri) : null;
    case 'extension':
      return trunk.kind === 'analogue' && trunk.id === EXTENSIONS_TRUNK_ID ? 0 : null;
  }
}

/** The length of the longest of the prefixes that a number begins with; 0 where there is no prefix: any number; null where none fits. */
export function longestPrefix(prefixes: readonly string[], e164: string): number | null {
  if (prefixes.length === 0) return 0;
  return longest(prefixes.filter((prefix) => e164.startsWith(prefix)).map((prefix) => prefix.length));
}

/** The greatest of some lengths; null: there is none. */
export function longest(lengths: readonly number[]): number | null {
  return lengths.length === 0 ? null : Math.max(...lengths);
}

/** A SIP address goes to the trunk at its host; failing that, through a trunk that takes any number. */
function matchHost(trunk: TrunkRecord, uri: string): number | null {
  const target = parseHostPort(uri.replace(/^sips?:(?:[^@]*@)?/, '').replace(/;.*$/, ''), 5060);
  const own = parseHostPort(trunk.sip?.address ?? '', 5060);
  if (target !== null && own !== null && target.host.toLowerCase() === own.host.toLowerCase()) return target.port === own.port ? 2 : 1;
  return trunk.prefixes.length === 0 ? 0 : null;
}
