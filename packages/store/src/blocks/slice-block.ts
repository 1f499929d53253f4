import { type Block, blockBytes } from '@ethogram/core';

/** The most bytes that the columns of one block hold. */
export const MOST_BLOCK_BYTES = 8 * 1024 * 1024;

/** The ticks `[from, to)` of a block, by index; columns are copied, dictionaries shared. */
export function sliceBlock(block: Block, from: number, to: number): Block {
  if (from === 0 && to === block.seq.length) return block;
  const first = block.rowStart[from] as number;
  const last = block.rowStart[to] as number;
  return {
    ...block,
    seq: block.seq.slice(from, to),
    ts: block.ts.slice(from, to),
    intervalNs: block.intervalNs.slice(from, to),
    rowStart: block.rowStart.slice(from, to + 1).map((start) => start - first),
    seriesIndex: block.seriesIndex.slice(first, last),
    values: block.values.slice(first, last),
    links: shiftKeys(block.links, from, to),
    linkSnapshots: new Set(
      [...block.linkSnapshots].filter((t) => t >= from && t < to).map((t) => t - from),
    ),
    markers: shiftKeys(block.markers, from, to),
    lost: shiftKeys(block.lost, from, to),
  };
}

/** The ticks with `from ≤ ts < to` of a block whose ticks ascend; `undefined` where none are. */
export function sliceByTime(block: Block, from: number, to: number): Block | undefined {
  const first = lowerBound(block.ts, from);
  const last = lowerBound(block.ts, to);
  return first < last ? sliceBlock(block, first, last) : undefined;
}

/** Cuts a block into consecutive ones of at most `mostBytes` each (a single tick may exceed it). */
export function* splitBlock(block: Block, mostBytes = MOST_BLOCK_BYTES): Generator<Block> {
  if (blockBytes(block) <= mostBytes) {
    yield block;
    return;
  }
  const bytesPerValue = block.values.BYTES_PER_ELEMENT + block.seriesIndex.BYTES_PER_ELEMENT;
  const bytesPerTick = 3 * block.ts.BYTES_PER_ELEMENT + block.rowStart.BYTES_PER_ELEMENT;
  let from = 0;
  for (let t = 1; t <= block.seq.length; t++) {
    const values = (block.rowStart[t + 1] ?? Infinity) - (block.rowStart[from] as number);
    const bytes = values * bytesPerValue + (t + 1 - from) * bytesPerTick + bytesPerTick;
    if (bytes <= mostBytes) continue;
    yield sliceBlock(block, from, t);
    from = t;
  }
  if (from < block.seq.length) yield sliceBlock(block, from, block.seq.length);
}

/** Index of the first tick at or after an instant. */
export function lowerBound(ts: Float64Array, instant: number): number {
  let low = 0;
  let high = ts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ts[middle] as number) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shiftKeys<T>(map: ReadonlyMap<number, T>, from: number, to: number): Map<number, T> {
  const shifted = new Map<number, T>();
  for (const [t, value] of map) if (t >= from && t < to) shifted.set(t - from, value);
  return shifted;
}
