import type { Rng } from '@ethogram/core';
import type { Table } from '../data-sets.js';
import type { Baseline } from './baseline.js';

const TREES = 100;
const SAMPLE = 256;

type Node =
  | { readonly column: number; readonly at: number; readonly low: Node; readonly high: Node }
  | { readonly depth: number };

/** Isolation Forest (Liu, Ting & Zhou 2008): 100 trees on 256 rows each. */
export const isolationForest: Baseline = {
  name: 'isolation forest',
  seeded: true,
  score(train, test, rng) {
    const sample = Math.min(SAMPLE, train.rows);
    const limit = Math.ceil(Math.log2(sample));
    const trees = Array.from({ length: TREES }, () =>
      grow(
        train,
        Array.from({ length: sample }, () => rng.integer(train.rows)),
        0,
        limit,
        rng,
      ),
    );
    const width = test.columns.length;
    return Float64Array.from({ length: test.rows }, (_, row) => {
      let sum = 0;
      for (const tree of trees) {
        let node = tree;
        while ('column' in node) {
          node = (test.data[row * width + node.column] as number) < node.at ? node.low : node.high;
        }
        sum += node.depth;
      }
      return 2 ** (-sum / TREES / pathLength(sample));
    });
  },
};

function grow(table: Table, rows: number[], depth: number, limit: number, rng: Rng): Node {
  const width = table.columns.length;
  if (depth >= limit || rows.length <= 1) return { depth: depth + pathLength(rows.length) };
  const column = rng.integer(width);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    low = Math.min(low, table.data[row * width + column] as number);
    high = Math.max(high, table.data[row * width + column] as number);
  }
  if (low === high) return grow(table, rows, depth + 1, limit, rng);
  const at = low + rng.next() * (high - low);
  const isLow = (row: number): boolean => (table.data[row * width + column] as number) < at;
  return {
    column,
    at,
    low: grow(table, rows.filter(isLow), depth + 1, limit, rng),
    high: grow(
      table,
      rows.filter((row) => !isLow(row)),
      depth + 1,
      limit,
      rng,
    ),
  };
}

/** Mean depth of an unsuccessful search in a binary tree of n leaves. */
function pathLength(n: number): number {
  if (n <= 1) return 0;
  return 2 * (Math.log(n - 1) + 0.5772156649) - (2 * (n - 1)) / n;
}
