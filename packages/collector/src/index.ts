export type { CollectorOptions, MeasuringBackend } from './collector-options.js';
export { collectorErrors } from './errors.js';
export type { Grouping } from './identity/process-facts.js';
export { GROUPINGS } from './identity/process-facts.js';
export { openCollector } from './open-collector.js';
export type { ReplayOptions } from './replay/open-replay.js';
export { openReplay } from './replay/open-replay.js';
export type { BackendDescription, Limitation, SampleSource } from './sample-source.js';
