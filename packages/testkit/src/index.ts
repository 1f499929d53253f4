export { arbitraryTicks, canonicalTicks } from './arbitrary-ticks.js';
export type { SampleSourceSubject } from './sample-source-contract.js';
export { sampleSourceContract } from './sample-source-contract.js';
