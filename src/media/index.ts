export { NativeMedia } from './native-media.js';
