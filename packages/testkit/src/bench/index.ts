export type { BenchResult, BenchTable } from './bench-result.js';
export { writeBenchResult } from './bench-result.js';
