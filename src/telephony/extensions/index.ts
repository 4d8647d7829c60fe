export { ExtensionDirectory, type ExtensionDirectoryParts, type ExtensionView } from './directory.js';
export { changedExtensionSettings, DEFAULT_EXTENSION_SETTINGS, type ExtensionSettingsChange } from './settings.js';
