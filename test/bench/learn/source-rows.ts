import type { ReadBlocks } from '@ethogram/learn';

/** Ticks of a row. */
const ROW_TICKS = 10;

/**
 * Sums of ten ticks of the first sources of a recording in which every number is always there:
 * what learning sees of them, for the peer.
 * @returns one matrix a source, rows × metrics.
 */
export async function readSourceRows(
  read: ReadBlocks,
  sources: number,
  metrics: number,
): Promise<{ readonly data: Float64Array; readonly shape: readonly [number, number] }[]> {
  const rows: number[][] = Array.from({ length: sources }, () => []);
  let sums = Array.from({ length: sources }, () => new Float64Array(metrics));
  let tick = 0;
  for await (const block of read()) {
    const place = placesOf(block.series.map(({ source }) => source));
    for (let t = 0; t < block.ts.length; t++) {
      const end = block.rowStart[t + 1] as number;
      for (let at = block.rowStart[t] as number; at < end; at++) {
        const series = block.seriesIndex[at] as number;
        const sum = sums[block.series[series]?.source ?? -1];
        const j = place[series] as number;
        if (sum) sum[j] = (sum[j] as number) + (block.values[at] as number);
      }
      if (++tick % ROW_TICKS !== 0) continue;
      for (const [s, sum] of sums.entries()) rows[s]?.push(...sum);
      sums = sums.map(() => new Float64Array(metrics));
    }
  }
  return rows.map((row) => ({
    data: Float64Array.from(row),
    shape: [row.length / metrics, metrics],
  }));
}

/** The place of every series among those of its source. */
function placesOf(sources: readonly number[]): number[] {
  const counts = new Map<number, number>();
  return sources.map((source) => {
    const place = counts.get(source) ?? 0;
    counts.set(source, place + 1);
    return place;
  });
}
