export { type CardChoices, type CardConfiguration, configurationFor, isDigital } from './configuration.js';
export { type DahdiCards, type DahdiDevice, type DahdiSpan, type FileTree, readDahdi } from './dahdi.js';
export { cardErrors } from './errors.js';
export { changesBy, describeChange, type SpanChange } from './interruptions.js';
export { ranges, systemConf } from './system-conf.js';
export { type CardCountry, type CardTemplate, readCountries, readTemplate, templateFor } from './templates.js';
