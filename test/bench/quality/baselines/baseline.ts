import type { Rng } from '@ethogram/core';
import type { Table } from '../data-sets.js';

/** A method that learns on one table and scores every row of another by rows up to it. */
export interface Baseline {
  readonly name: string;
  /** Whether the seed changes anything. */
  readonly seeded: boolean;
  /** One score per row of `test`, larger = worse; `test` follows `train` in steps of `intervalMs`. */
  score(train: Table, test: Table, rng: Rng, intervalMs: number): Float64Array;
}

/** Both tables brought to mean 0 and standard deviation 1 of the first; constants become 0. */
export function standardise(train: Table, test: Table): { train: Table; test: Table } {
  const width = train.columns.length;
  const mean = new Float64Array(width);
  const sd = new Float64Array(width);
  for (let i = 0; i < train.data.length; i++) {
    mean[i % width] = (mean[i % width] as number) + (train.data[i] as number) / train.rows;
  }
  for (let i = 0; i < train.data.length; i++) {
    const d = (train.data[i] as number) - (mean[i % width] as number);
    sd[i % width] = (sd[i % width] as number) + (d * d) / train.rows;
  }
  const scale = (table: Table): Table => ({
    ...table,
    data: table.data.map((value, i) => {
      const spread = Math.sqrt(sd[i % width] as number);
      return spread > 1e-9 ? (value - (mean[i % width] as number)) / spread : 0;
    }),
  });
  return { train: scale(train), test: scale(test) };
}

/** `count` rows of a table, evenly spaced. */
export function spacedRows(table: Table, first: number, count: number): number[] {
  const most = Math.min(count, table.rows - first);
  return Array.from({ length: most }, (_, i) =>
    Math.round(first + (i * (table.rows - 1 - first)) / Math.max(1, most - 1)),
  );
}

/** The rows `end - length + 1 … end` of a table as one vector; before the start the first row repeats. */
export function windowAt(table: Table, end: number, length: number): number[] {
  const width = table.columns.length;
  const out: number[] = [];
  for (let row = end - length + 1; row <= end; row++) {
    const from = Math.max(0, row) * width;
    for (let j = 0; j < width; j++) out.push(table.data[from + j] as number);
  }
  return out;
}
