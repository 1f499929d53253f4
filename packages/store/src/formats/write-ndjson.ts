import type { Block, BlockSource, SeriesId } from '@ethogram/core';
import { extraOf, WrittenAttributes } from './tick-columns.js';
import { formatTimestamp } from './timestamp.js';

/**
 * Writes long NDJSON: for each tick a line with who it is and what it carries beside its values,
 * then one line for each value or distribution.
 */
export async function* writeNdjson(
  blocks: AsyncIterable<Block>,
): AsyncGenerator<string, void, undefined> {
  const attributes = new WrittenAttributes();
  for await (const block of blocks) {
    const sources = block.sources.map(({ kind, name }) => ({ host: block.host, kind, name }));
    for (let t = 0; t < block.ts.length; t++) {
      const changed = t === 0 ? attributes.changes(block) : undefined;
      const ts = formatTimestamp(block.ts[t] as number);
      const tick = {
        type: 'tick',
        ts,
        host: block.host,
        boot: block.boot,
        seq: block.seq[t],
        intervalNs: block.intervalNs[t],
        backend: block.backend,
        ...extraOf(block, t, changed),
      };
      yield `${JSON.stringify(tick)}\n${valueLines(block, t, ts, sources)}`;
    }
  }
}

function valueLines(
  block: Block,
  t: number,
  ts: string,
  sources: readonly (BlockSource & { readonly host: string })[],
): string {
  let text = '';
  const histograms = new Map<string, { series: SeriesId; counts: Record<number, number> }>();
  const end = block.rowStart[t + 1] as number;
  for (let at = block.rowStart[t] as number; at < end; at++) {
    const series = block.series[block.seriesIndex[at] as number] as SeriesId;
    const value = block.values[at] as number;
    const source = sources[series.source];
    const { metric, scheme, bucket } = series;
    if (scheme === undefined || bucket === undefined) {
      text += `${JSON.stringify({ ts, source, metric, value })}\n`;
      continue;
    }
    const key = `${series.source}/${metric}`;
    const histogram = histograms.get(key) ?? { series, counts: {} };
    histogram.counts[bucket] = value;
    histograms.set(key, histogram);
  }
  for (const { series, counts } of histograms.values()) {
    const { metric, scheme } = series;
    const source = sources[series.source];
    text += `${JSON.stringify({ ts, source, metric, histogram: { scheme, counts } })}\n`;
  }
  return text;
}
