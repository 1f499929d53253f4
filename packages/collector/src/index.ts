export type { BackendDescription, Limitation, SampleSource } from './sample-source.js';
