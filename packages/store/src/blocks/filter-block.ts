import { type Block, type SourceId, sourceKey } from '@ethogram/core';

/**
 * A block with only the given sources, their series and values, and the links that touch them.
 * Ticks stay, also those in which none of the sources did anything.
 */
export function filterSources(block: Block, wanted: readonly SourceId[]): Block {
  const keys = new Set(wanted.map(sourceKey));
  const sourceAt = new Map<number, number>();
  const sources = block.sources.filter((source, i) => {
    const keep = keys.has(sourceKey(source));
    if (keep) sourceAt.set(i, sourceAt.size);
    return keep;
  });
  const seriesAt = new Int32Array(block.series.length).fill(-1);
  const series: Block['series'][number][] = [];
  for (const [i, id] of block.series.entries()) {
    const source = sourceAt.get(id.source);
    if (source === undefined) continue;
    seriesAt[i] = series.length;
    series.push({ ...id, source });
  }
  const rowStart = new Uint32Array(block.rowStart.length);
  const seriesIndex = new Uint32Array(block.values.length);
  const values = new Float64Array(block.values.length);
  let kept = 0;
  for (let t = 0; t < block.seq.length; t++) {
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const index = seriesAt[block.seriesIndex[at] as number] as number;
      if (index < 0) continue;
      seriesIndex[kept] = index;
      values[kept] = block.values[at] as number;
      kept++;
    }
    rowStart[t + 1] = kept;
  }
  const links = new Map<number, Block['links'] extends ReadonlyMap<number, infer L> ? L : never>();
  for (const [t, list] of block.links) {
    const touching = list.filter((l) => keys.has(sourceKey(l.from)) || keys.has(sourceKey(l.to)));
    if (touching.length > 0) links.set(t, touching);
  }
  return {
    ...block,
    sources,
    series,
    rowStart,
    seriesIndex: seriesIndex.slice(0, kept),
    values: values.slice(0, kept),
    links,
  };
}
