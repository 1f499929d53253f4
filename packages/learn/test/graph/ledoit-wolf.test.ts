import { seededRng } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column, sharedColumns, standardise } from '../../src/graph/columns.js';
import { gram, ledoitWolf } from '../../src/graph/ledoit-wolf.js';

/** The intensity as the paper writes it: row by row, every matrix in full. */
function naiveShrinkage(rows: readonly (readonly number[])[]): number {
  const n = rows.length;
  const p = rows[0]?.length ?? 0;
  const each = Array.from({ length: p }, (_, i) => i);
  const at = (row: readonly number[], i: number): number => row[i] as number;
  const s = each.map((i) =>
    each.map((j) => rows.reduce((sum, row) => sum + at(row, i) * at(row, j), 0) / n),
  );
  const of = (i: number, j: number): number => s[i]?.[j] as number;
  const mu = each.reduce((sum, i) => sum + of(i, i), 0) / p;
  const norm = (f: (i: number, j: number) => number): number =>
    each.reduce((sum, i) => sum + each.reduce((own, j) => own + f(i, j) ** 2, 0), 0) / p;
  const distance = norm((i, j) => of(i, j) - (i === j ? mu : 0));
  const scatter = rows.reduce(
    (sum, row) => sum + norm((i, j) => at(row, i) * at(row, j) - of(i, j)),
    0,
  );
  return Math.min(scatter / (n * n), distance) / distance;
}

describe('the shrinkage of a covariance', () => {
  it('is that of the paper, computed row by row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 60 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 1e6 }),
        (n, p, seed) => {
          const rng = seededRng(seed);
          const x = sharedColumns(n, p);
          const shared = Array.from({ length: n }, () => rng.next());
          for (let i = 0; i < p; i++) {
            const values = column(x, i);
            for (let t = 0; t < n; t++) values[t] = (shared[t] as number) * i + rng.next();
            standardise(values);
          }
          const rows = shared.map((_, t) =>
            Array.from({ length: p }, (_unused, i) => column(x, i)[t] as number),
          );
          expect(ledoitWolf(x, gram(x)).shrinkage).toBeCloseTo(naiveShrinkage(rows), 8);
        },
      ),
      { numRuns: 50 },
    );
  });
});
