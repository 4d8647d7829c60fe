export { Announcer } from './announcer.js';
export type { Gender, SpeechEngine, Utterance, Voice } from './engine.js';
export { enginesOf, type EngineSettings } from './engines/index.js';
export { speechErrors } from './errors.js';
export { sayAsPrompts, type SayAsPrompt } from './say-as/prompts.js';
export { Speech, type SpeechOptions } from './speech.js';
