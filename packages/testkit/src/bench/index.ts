export { quietTick } from '../quiet-tick.js';
export type { BenchResult, BenchTable } from './bench-result.js';
export { writeBenchResult } from './bench-result.js';
export type { BenchChapter, WrittenResult } from './benchmark-page.js';
export { benchmarkPage } from './benchmark-page.js';
export { readBenchmarks } from './read-benchmarks.js';
