import { randomBytes } from 'node:crypto';

import type { Clock } from './clock.js';

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** What an id names; it is the id's prefix, so that a person who sees one knows where to look. */
export type IdKind = 'acc' | 'num' | 'asg' | 'plan' | 'aud' | 'trk' | 'tgr' | 'tst' | 'tok' | 'req' | 'att' | 'try' | 'call' | 'leg' | 'cdr' | 'run';

/** The last id's two parts: within the same millisecond the next one counts on from it. */
let last = { milliseconds: 0, random: 0n };

/**
 * A new id: "<kind>_" and 26 characters, 10 of wall time in milliseconds and 16 random (80 bits). Ids of one process sort in the order they were
 * made, as long as the wall clock does not step back. Form and monotonic rule after the ULID specification, github.com/ulid/spec.
 */
export function newId(kind: IdKind, clock: Clock): string {
  const milliseconds = clock.now();
  const follows = milliseconds === last.milliseconds;
  last = { milliseconds, random: follows ? last.random + 1n : freshRandom() };
  return `${kind}_${encodeTime(milliseconds)}${encodeRandom(last.random)}`;
}

/** Its highest bit is 0, so that counting on cannot overflow. */
function freshRandom(): bigint {
  return BigInt(`0x${randomBytes(10).toString('hex')}`) >> 1n;
}

function encodeTime(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (let digit = 0; digit < 10; digit += 1) {
    text = `${ALPHABET[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeRandom(random: bigint): string {
  let bits = random;
  let text = '';
  for (let digit = 0; digit < 16; digit += 1) {
    text = `${ALPHABET[Number(bits & 31n)]}${text}`;
    bits >>= 5n;
  }
  return text;
}
