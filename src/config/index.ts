export * from './errors.js';
export { loadSettings, type LoadedSettings, type Origins } from './load.js';
export { optionName, SETTINGS, type SettingKey, type Settings, variableName } from './settings.js';
