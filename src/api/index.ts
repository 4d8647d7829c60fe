export { type ApiDependencies, type AudioLibraryPort } from './dependencies.js';
export { Metrics, type MetricSources } from './metrics.js';
export { type ApiServer, buildServer } from './server.js';
