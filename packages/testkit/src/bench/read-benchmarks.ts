import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarkPage, type WrittenResult } from './benchmark-page.js';

/** The chapters of the page in their order; what comes first matters most to who reads it. */
const ORDER = [
  'faults',
  'faults-queue',
  'quality',
  'graph',
  'collector',
  'store',
  'learn',
  'score',
  'soak',
  'damage',
];

/**
 * Makes docs/benchmarks.md from docs/benchmarks/*.md, written by hand, and the results of the runs
 * in test/bench/results.
 * @param root of the checkout.
 * @throws Error where a result has no chapter, or a chapter no place for its figures.
 */
export function readBenchmarks(root: string): string {
  const prose = (name: string) => readFileSync(join(root, 'docs/benchmarks', `${name}.md`), 'utf8');
  const folder = join(root, 'test/bench/results');
  const results = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as WrittenResult);
  const chapters = ORDER.filter((bench) =>
    existsSync(join(root, 'docs/benchmarks', `${bench}.md`)),
  ).map((bench) => ({ bench, text: prose(bench) }));
  return benchmarkPage(prose('introduction'), chapters, results);
}
