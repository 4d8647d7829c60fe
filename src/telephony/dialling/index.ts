export { type DiallerParts, TrunkDialler } from './dialler.js';
export { newLineIdentity } from './line-identity.js';
