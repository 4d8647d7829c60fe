export { SpanDirectory, type SpanDirectoryParts } from './directory.js';
export { changedSpanSettings, defaultSpanSettings, type SpanSettingsChange } from './settings.js';
