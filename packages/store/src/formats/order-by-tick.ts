import type { Cells } from './parquet-file.js';
import { parseTimestamp } from './timestamp.js';

/**
 * The order in which rows of a table come tick by tick: by time, then by running number, rows of
 * one tick as they stand in the table. Rows without a time come first, so that they are refused.
 * @param keys the columns that tell ticks apart, time first, running number second; absent ones
 *   may be missing at the end.
 * @param count how many rows there are.
 * @returns their numbers
 */
export function orderByTick(keys: readonly (Cells | undefined)[], count: number): Uint32Array {
  const tickOf = new Uint32Array(count);
  for (const column of keys) if (column) joinKeys(tickOf, column);
  const firstRow: number[] = [];
  for (let row = 0; row < count; row++) firstRow[tickOf[row] as number] ??= row;
  const textAt = (column: Cells | undefined, row: number): string =>
    column?.texts[column.index[row] as number] ?? '';
  const [time, seq] = keys;
  const ticks = firstRow.map((row, tick) => ({
    tick,
    ts: parseTimestamp(textAt(time, row)) ?? Number.NEGATIVE_INFINITY,
    seq: Number(textAt(seq, row)) || 0,
  }));
  ticks.sort((a, b) => (a.ts === b.ts ? a.seq - b.seq : a.ts < b.ts ? -1 : 1));
  const size = new Uint32Array(ticks.length);
  for (const tick of tickOf) size[tick] = (size[tick] as number) + 1;
  const next = new Uint32Array(ticks.length);
  let start = 0;
  for (const { tick } of ticks) {
    next[tick] = start;
    start += size[tick] as number;
  }
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const tick = tickOf[row] as number;
    const at = next[tick] as number;
    order[at] = row;
    next[tick] = at + 1;
  }
  return order;
}

/** Numbers the different pairs of what was told apart so far and of one more column, from 0 on. */
function joinKeys(numbers: Uint32Array, { texts, index }: Cells): void {
  const known = new Map<number, number>();
  for (let row = 0; row < numbers.length; row++) {
    const pair = (numbers[row] as number) * texts.length + (index[row] as number);
    let number = known.get(pair);
    if (number === undefined) {
      number = known.size;
      known.set(pair, number);
    }
    numbers[row] = number;
  }
}
