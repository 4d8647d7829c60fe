import { randomBytes, randomUUID } from 'node:crypto';

import type { LineIdentity } from '../ports/line.js';

/** An identity for a call on the line, unique for ever: 122 random bits in the Call-ID, 64 in the tag (RFC 3261 §19.3 asks for 32). */
export function newLineIdentity(): LineIdentity {
  return { callId: randomUUID(), fromTag: randomBytes(8).toString('hex') };
}
