import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { benchmarkPage, readBenchmarks, type WrittenResult } from '@ethogram/testkit/bench';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const result: WrittenResult = {
  bench: 'store',
  command: 'npm run bench:store',
  date: '2026-11-27',
  commit: 'abc1234',
  machine: {
    cpu: 'A CPU',
    cores: 2,
    memoryGiB: 24,
    architecture: 'x64',
    kernel: '6.18',
    distribution: 'Debian 12',
    node: 'v20.20.2',
  },
  load: [0.5, 0.4, 0.3],
  versions: { pyarrow: '23.0.0' },
  tables: [
    {
      title: 'Bytes',
      columns: ['layout', 'bytes'],
      rows: [
        ['a|b', 0.81],
        ['c', null],
      ],
    },
  ],
};
const chapter = {
  bench: 'store',
  text: '## The store\n\n<!-- figures -->\n\nWhere we lose: there.',
};

describe('the page of benchmarks', () => {
  test('docs/benchmarks.md is what `npm run docs` writes', () => {
    expect(readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8')).toBe(
      readBenchmarks(ROOT),
    );
  });

  test('shows figures where the chapter wants them, with date, machine and versions', () => {
    const page = benchmarkPage('# Benchmarks', [chapter], [result]);
    expect(page).toContain('2026-11-27, commit abc1234; 2 cores (A CPU), 24 GiB');
    expect(page).toContain('pyarrow 23.0.0');
    expect(page).toContain('| a\\|b | 0.81 |\n| c | – |');
    expect(page.indexOf('| layout |')).toBeLessThan(page.indexOf('Where we lose'));
  });

  test('says of a bench without a result that it was not measured', () => {
    expect(benchmarkPage('# Benchmarks', [chapter], [])).toContain('has not been measured yet');
  });

  test('refuses a result that no chapter explains, and a chapter without a place for figures', () => {
    expect(() => benchmarkPage('', [], [result])).toThrow('no chapter');
    expect(() => benchmarkPage('', [{ bench: 'store', text: '## The store' }], [])).toThrow(
      'expected a line',
    );
  });
});
