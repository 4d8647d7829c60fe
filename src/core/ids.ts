import { randomBytes } from 'node:crypto';

import type { Clock } from './clock.js';

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** What an id names; it is the id's prefix, so that a person who sees one knows where to look. */
export type IdKind = 'acc' | 'num' | 'asg' | 'plan' | 'aud' | 'trk' | 'tok' | 'req' | 'att' | 'try' | 'call' | 'leg' | 'cdr' | 'run';

/**
 * A new id: "<kind>_" and 26 characters, 10 of wall time in milliseconds (so that ids sort by age) and 16 random (80 bits).
 * Form after the ULID specification, github.com/ulid/spec.
 */
export function newId(kind: IdKind, clock: Clock): string {
  return `${kind}_${encodeTime(clock.now())}${encodeRandom(randomBytes(10))}`;
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

function encodeRandom(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let digit = 0; digit < 16; digit += 1) {
    text = `${ALPHABET[Number(bits & 31n)]}${text}`;
    bits >>= 5n;
  }
  return text;
}
