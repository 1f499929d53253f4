export { arbitraryTicks, canonicalTicks } from './arbitrary-ticks.js';
export type { EstimatorSubject } from './estimator-contract.js';
export { estimatorContract } from './estimator-contract.js';
export type { ExampleOptions } from './example-ticks.js';
export { EXAMPLE_START, exampleTicks } from './example-ticks.js';
export type { SampleSourceSubject } from './sample-source-contract.js';
export { sampleSourceContract } from './sample-source-contract.js';
export type { StoreFixture } from './store-contract/fixture.js';
export { storeContract } from './store-contract.js';
