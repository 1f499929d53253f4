import type { Block } from '@ethogram/core';

/**
 * A copy of a block whose rows hold every series, changed: its series in reverse order, only its
 * first rows, or other values.
 */
export function mapBlock(
  block: Block,
  how: 'reverse' | 'first' | ((value: number, at: number) => number),
  rows = block.ts.length,
): Block {
  const width = block.series.length;
  if (how === 'reverse') {
    const turned = { ...block, series: [...block.series].reverse() };
    return rebuilt(turned, (row) =>
      row.map(([series, value]): Cell => [width - 1 - series, value]).reverse(),
    );
  }
  if (how === 'first') return firstRows(block, rows);
  return { ...block, values: block.values.map(how) };
}

/** The block without any tick. */
export function emptyBlock(block: Block): Block {
  return firstRows(block, 0);
}

/** The values of one tick, in the order in which they stand. */
export function blockRow(block: Block, t: number): readonly number[] {
  return [...block.values.subarray(block.rowStart[t], block.rowStart[t + 1])];
}

/** A copy in which every tick has one more series of the first source, with the same value. */
export function withSeries(block: Block, metric: string, value: number): Block {
  const added = block.series.length;
  return rebuilt({ ...block, series: [...block.series, { source: 0, metric }] }, (row) => [
    ...row,
    [added, value],
  ]);
}

/** A copy in which one series has no values. */
export function withoutSeries(block: Block, series: number): Block {
  return rebuilt(block, (row) => row.filter(([index]) => index !== series));
}

type Cell = readonly [series: number, value: number];

function rebuilt(block: Block, change: (row: readonly Cell[]) => readonly Cell[]): Block {
  const rows = Array.from(block.ts, (_, t) => {
    const from = block.rowStart[t] as number;
    const to = block.rowStart[t + 1] as number;
    const cells = Array.from({ length: to - from }, (_unused, i): Cell => {
      return [block.seriesIndex[from + i] as number, block.values[from + i] as number];
    });
    return change(cells);
  });
  const rowStart = new Uint32Array(rows.length + 1);
  for (const [t, row] of rows.entries()) rowStart[t + 1] = (rowStart[t] as number) + row.length;
  return {
    ...block,
    rowStart,
    seriesIndex: Uint32Array.from(rows.flat(), ([series]) => series),
    values: Float64Array.from(rows.flat(), ([, value]) => value),
  };
}

function firstRows(block: Block, rows: number): Block {
  const end = block.rowStart[rows] as number;
  return {
    ...block,
    seq: block.seq.slice(0, rows),
    ts: block.ts.slice(0, rows),
    intervalNs: block.intervalNs.slice(0, rows),
    rowStart: block.rowStart.slice(0, rows + 1),
    seriesIndex: block.seriesIndex.slice(0, end),
    values: block.values.slice(0, end),
  };
}
