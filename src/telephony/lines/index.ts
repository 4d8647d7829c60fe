export { type LineCall, LineCallLog, type LineCalls } from './call-log.js';
export { type LineHealth, LineWatch } from './health.js';
export { type LineEvent, LineHistory } from './history.js';
export { OutOfService } from './out-of-service.js';
export { type SpanHealth, SpanWatch } from './spans.js';
export { type LineTest, LineTests } from './tests.js';
export { type LineHealthParts, watchLines } from './watch-lines.js';
