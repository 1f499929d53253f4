import type { Block, BlockSource, SeriesId } from '@ethogram/core';
import { ByteReader, ByteWriter } from './bytes.js';
import { type ColumnReaders, decodeColumn, encodeColumn, encodeNumber } from './number-column.js';
import { decodeRare, encodeRare } from './rare.js';

/** The streams of a chunk, in the order in which they are stored. */
export const STREAMS = [
  'head',
  'rare',
  'tickModes',
  'tickIntegers',
  'tickDoubles',
  'seriesSource',
  'seriesMetric',
  'seriesBucket',
  'counts',
  'gaps',
  'modes',
  'integers',
  'doubles',
] as const;

const SPARE_BYTES = 256;

/** One uncompressed stream of bytes each. */
export type BlockStreams = Readonly<Record<(typeof STREAMS)[number], Uint8Array>>;

interface Head {
  readonly host: string;
  readonly boot: string;
  readonly backend: string;
  readonly blind: readonly string[];
  readonly ticks: number;
  readonly series: number;
  readonly sources: readonly BlockSource[];
  readonly metrics: readonly string[];
  readonly schemes: readonly string[];
}

/** Takes a block apart into streams, in each of which like stands beside like. */
export function toStreams(block: Block): BlockStreams {
  const text = new TextEncoder();
  // Of about the size that they will have: a buffer that grows leaves its smaller ones behind.
  const { length: values } = block.values;
  const { length: series } = block.series;
  const sizes: Partial<Record<(typeof STREAMS)[number], number>> = {
    seriesSource: series,
    seriesMetric: 2 * series,
    seriesBucket: series,
    counts: series,
    modes: series,
    gaps: values,
    integers: 2 * values,
  };
  const writers = Object.fromEntries(
    STREAMS.map((name) => [name, new ByteWriter((sizes[name] ?? 0) + SPARE_BYTES)]),
  ) as Record<(typeof STREAMS)[number], ByteWriter>;
  const metrics = new Numbering();
  const schemes = new Numbering();
  let source = 0;
  let bucket = 0;
  for (const series of block.series) {
    writers.seriesSource.signed(series.source - source);
    source = series.source;
    writers.seriesMetric.varint(metrics.of(series.metric));
    if (series.scheme === undefined || series.bucket === undefined) {
      writers.seriesBucket.varint(0);
    } else {
      writers.seriesBucket.varint(schemes.of(series.scheme) + 1);
      writers.seriesBucket.signed(series.bucket - bucket);
      bucket = series.bucket;
    }
  }
  const head: Head = {
    host: block.host,
    boot: block.boot,
    backend: block.backend,
    blind: block.blind,
    ticks: block.seq.length,
    series: block.series.length,
    sources: block.sources,
    metrics: metrics.names,
    schemes: schemes.names,
  };
  writers.head.raw(text.encode(JSON.stringify(head)));
  writers.rare.raw(text.encode(encodeRare(block)));
  const tickWriters = {
    modes: writers.tickModes,
    integers: writers.tickIntegers,
    doubles: writers.tickDoubles,
  };
  for (const column of [block.seq, block.ts, block.intervalNs]) encodeColumn(column, tickWriters);
  writeSeries(block, writers);
  return Object.fromEntries(
    STREAMS.map((name) => [name, writers[name].view()]),
  ) as unknown as BlockStreams;
}

/** Puts a block together again; throws a RangeError or SyntaxError on streams that are none. */
export function fromStreams(streams: BlockStreams): Block {
  const text = new TextDecoder('utf-8', { fatal: true });
  const head = JSON.parse(text.decode(streams.head)) as Head;
  const readers = Object.fromEntries(
    STREAMS.map((name) => [name, new ByteReader(streams[name])]),
  ) as Record<(typeof STREAMS)[number], ByteReader>;
  if (head.ticks > streams.tickIntegers.length + streams.tickDoubles.length) {
    throw new RangeError('more ticks are announced than there are bytes');
  }
  if (head.series > streams.seriesMetric.length) {
    throw new RangeError('more series are announced than there are bytes');
  }
  const tickReaders = {
    modes: readers.tickModes,
    integers: readers.tickIntegers,
    doubles: readers.tickDoubles,
  };
  const column = (): Float64Array<ArrayBuffer> => {
    const values = new Float64Array(head.ticks);
    decodeColumn(values, tickReaders);
    return values;
  };
  const seq = column();
  const ts = column();
  const intervalNs = column();
  const series = readSeriesIds(head, readers);
  const cells = readCells(head, readers);
  for (const name of STREAMS) {
    if (name !== 'head' && name !== 'rare') readers[name].end();
  }
  return {
    host: head.host,
    boot: head.boot,
    backend: head.backend,
    blind: head.blind,
    sources: head.sources,
    series,
    seq,
    ts,
    intervalNs,
    ...cells,
    ...decodeRare(text.decode(streams.rare)),
  };
}

function readSeriesIds(
  head: Head,
  readers: Readonly<Record<'seriesSource' | 'seriesMetric' | 'seriesBucket', ByteReader>>,
): SeriesId[] {
  const series: SeriesId[] = [];
  let source = 0;
  let bucket = 0;
  for (let s = 0; s < head.series; s++) {
    source += readers.seriesSource.signed();
    const metric = head.metrics[readers.seriesMetric.varint()];
    if (metric === undefined || !head.sources[source]) {
      throw new RangeError('a series names no source or metric');
    }
    const schemeNumber = readers.seriesBucket.varint();
    if (schemeNumber === 0) series.push({ source, metric });
    else {
      const scheme = head.schemes[schemeNumber - 1];
      if (scheme === undefined) throw new RangeError('a series names no scheme');
      bucket += readers.seriesBucket.signed();
      series.push({ source, metric, scheme, bucket });
    }
  }
  return series;
}

/** Writes, series by series: how many values, in which ticks, and the values. */
function writeSeries(
  block: Block,
  writers: Readonly<Record<'counts' | 'gaps' | 'modes' | 'integers' | 'doubles', ByteWriter>>,
): void {
  const ticks = block.seq.length;
  const starts = new Uint32Array(block.series.length + 1);
  for (let at = 0; at < block.seriesIndex.length; at++) {
    const s = block.seriesIndex[at] as number;
    starts[s + 1] = (starts[s + 1] as number) + 1;
  }
  for (let s = 0; s < block.series.length; s++) {
    writers.counts.varint(starts[s + 1] as number);
    starts[s + 1] = (starts[s + 1] as number) + (starts[s] as number);
  }
  const fill = starts.slice();
  const tickOf = new Uint32Array(block.values.length);
  const values = new Float64Array(block.values.length);
  for (let t = 0; t < ticks; t++) {
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const s = block.seriesIndex[at] as number;
      const to = fill[s] as number;
      fill[s] = to + 1;
      tickOf[to] = t;
      values[to] = block.values[at] as number;
    }
  }
  for (let s = 0; s < block.series.length; s++) {
    const from = starts[s] as number;
    const to = starts[s + 1] as number;
    if (from === to) continue;
    let next = 0;
    for (let i = from; i < to; i++) {
      const t = tickOf[i] as number;
      writers.gaps.varint(t - next);
      next = t + 1;
    }
    // A view for each series would be most of what a tick of its own costs.
    if (to === from + 1) encodeNumber(values[from] as number, writers);
    else encodeColumn(values.subarray(from, to), writers);
  }
}

/** Reads what {@link writeSeries} wrote back into compressed rows. */
function readCells(
  head: Head,
  readers: ColumnReaders & Readonly<Record<'counts' | 'gaps', ByteReader>>,
): Pick<Block, 'rowStart' | 'seriesIndex' | 'values'> {
  const counts = Uint32Array.from({ length: head.series }, () => readers.counts.varint());
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > readers.gaps.remaining) {
    throw new RangeError('more values are announced than there are bytes');
  }
  const { ticks } = head;
  const rowStart = new Uint32Array(ticks + 1);
  // Most series have a value in every tick: their gaps are zeros, and nothing is looked up for them.
  const whole = new Uint8Array(counts.length);
  let wholes = 0;
  let tickOf: Uint32Array | undefined;
  let at = 0;
  for (let s = 0; s < counts.length; s++) {
    const count = counts[s] as number;
    if (count === ticks && readers.gaps.skipZeros(ticks)) {
      whole[s] = 1;
      wholes++;
      continue;
    }
    tickOf ??= new Uint32Array(total - wholes * ticks);
    let next = 0;
    for (let i = 0; i < count; i++) {
      const t = next + readers.gaps.varint();
      if (t >= ticks) throw new RangeError('a value lies beyond the last tick');
      tickOf[at++] = t;
      rowStart[t + 1] = (rowStart[t + 1] as number) + 1;
      next = t + 1;
    }
  }
  for (let t = 0; t < ticks; t++) {
    rowStart[t + 1] = (rowStart[t + 1] as number) + wholes + (rowStart[t] as number);
  }
  const seriesIndex = new Uint32Array(total);
  const values = new Float64Array(total);
  const fill = rowStart.slice();
  const room = new Float64Array(ticks);
  at = 0;
  for (let s = 0; s < counts.length; s++) {
    const count = counts[s] as number;
    if (count === 0) continue;
    const column = count === ticks ? room : room.subarray(0, count);
    decodeColumn(column, readers);
    const sparse = whole[s] === 1 ? undefined : tickOf;
    for (let i = 0; i < count; i++) {
      const t = sparse ? (sparse[at++] as number) : i;
      const to = fill[t] as number;
      fill[t] = to + 1;
      seriesIndex[to] = s;
      values[to] = column[i] as number;
    }
  }
  return { rowStart, seriesIndex, values };
}

/** Numbers texts in the order in which they first appear. */
class Numbering {
  readonly names: string[] = [];
  readonly #index = new Map<string, number>();

  of(name: string): number {
    let at = this.#index.get(name);
    if (at === undefined) {
      at = this.names.length;
      this.#index.set(name, at);
      this.names.push(name);
    }
    return at;
  }
}
