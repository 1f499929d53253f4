// Writes docs/benchmarks.md from docs/benchmarks/ and the results of the runs: part of `npm run docs`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBenchmarks } from '@ethogram/testkit/bench';

const root = fileURLToPath(new URL('../../', import.meta.url));
writeFileSync(new URL('../../docs/benchmarks.md', import.meta.url), readBenchmarks(root));
