export { completeUnfinished } from './unfinished.js';
