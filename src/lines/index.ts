export { AnalogueLine, type AnalogueLineParts } from './analogue/analogue-line.js';
export { NativeCard } from './card/native-card.js';
export { DahdiCard, type DahdiCardParts } from './dahdi-card.js';
export { AnalogueLineTests } from './maintenance/analogue-tests.js';
export { CardSpans, type CardSpansParts } from './card-spans.js';
export { type IsdnCard, IsdnLine, type IsdnLineParts } from './isdn/isdn-line.js';
export { PeerResolver } from './sip/resolver.js';
export { SipLine, type SipLineParts } from './sip/sip-line.js';
export { VirtualCard, type VirtualCardParts } from './virtual-card/virtual-card.js';
