export { AudioLibrary, MAX_UPLOAD_BYTES, type AudioContent, type AudioImport, type AudioLibraryPorts } from './audio-library.js';
export { audioLibraryErrors } from './errors.js';
