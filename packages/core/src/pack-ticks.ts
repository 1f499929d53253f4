import { type Block, type BlockSource, type SeriesId, sameBlock } from './block.js';
import { sourceKey } from './source.js';
import type { Histogram, Link, Marker, SourceSample, Tick } from './tick.js';

/** Numbers sources and series in the order in which they first appear. */
class Dictionary {
  readonly sources: BlockSource[] = [];
  readonly series: SeriesId[] = [];
  readonly #sourceIndex = new Map<string, number>();
  /** Where the series of each source's first sample begin and end. */
  readonly #firstSeries: { readonly from: number; readonly to: number }[] = [];
  /** By source; made when it comes again, which in a block of one tick it never does. */
  readonly #seriesIndex: (Map<string, number> | undefined)[] = [];

  /** Adds what a source did in a tick to the cells. */
  add(sample: SourceSample, cells: Cells): void {
    const key = sourceKey(sample);
    const known = this.#sourceIndex.get(key);
    const source = known ?? this.sources.length;
    const { kind, name, attributes } = sample;
    if (known === undefined) {
      this.#sourceIndex.set(key, source);
      this.sources.push(attributes ? { kind, name, attributes } : { kind, name });
    } else if (attributes) this.sources[source] = { kind, name, attributes };
    const index = known === undefined ? undefined : this.#indexOf(source);
    const from = this.series.length;
    sample.values.forEach((value, metric) => {
      cells.add(this.#number({ source, metric }, index), value);
    });
    sample.histograms?.forEach(({ scheme, counts }, metric) => {
      counts.forEach((count, bucket) => {
        cells.add(this.#number({ source, metric, scheme, bucket }, index), count);
      });
    });
    if (known === undefined) this.#firstSeries.push({ from, to: this.series.length });
  }

  #indexOf(source: number): Map<string, number> {
    let index = this.#seriesIndex[source];
    if (!index) {
      const { from, to } = this.#firstSeries[source] as { from: number; to: number };
      index = new Map(
        this.series.slice(from, to).map((series, i) => [seriesKey(series), from + i] as const),
      );
      this.#seriesIndex[source] = index;
    }
    return index;
  }

  /** @param index of the source; without one every series of it is new. */
  #number(series: SeriesId, index: Map<string, number> | undefined): number {
    const known = index?.get(seriesKey(series));
    if (known !== undefined) return known;
    index?.set(seriesKey(series), this.series.length);
    return this.series.push(series) - 1;
  }
}

function seriesKey({ metric, scheme, bucket }: SeriesId): string {
  return scheme === undefined ? metric : `${metric}\u0000${scheme}\u0000${bucket}`;
}

/** Values and their series, in columns that grow. */
class Cells {
  series = new Uint32Array(1024);
  values = new Float64Array(1024);
  length = 0;

  add(series: number, value: number): void {
    if (this.length === this.values.length) {
      const more = new Uint32Array(2 * this.length);
      more.set(this.series);
      this.series = more;
      const values = new Float64Array(2 * this.length);
      values.set(this.values);
      this.values = values;
    }
    this.series[this.length] = series;
    this.values[this.length++] = value;
  }

  /** Sorts the cells from `start` on by series, each of which is there once. */
  sortFrom(start: number): void {
    const { series, length } = this;
    let sorted = true;
    for (let at = start + 1; at < length && sorted; at++) {
      sorted = (series[at - 1] as number) < (series[at] as number);
    }
    if (sorted) return;
    const row = Array.from({ length: length - start }, (_, i) => ({
      series: series[start + i] as number,
      value: this.values[start + i] as number,
    }));
    row.sort((a, b) => a.series - b.series);
    for (const [i, cell] of row.entries()) {
      series[start + i] = cell.series;
      this.values[start + i] = cell.value;
    }
  }
}

/**
 * Puts ticks of one host, boot and backend into typed columns.
 * @param ticks at least one, ascending by `seq`; all must satisfy {@link sameBlock}.
 * @throws RangeError on no ticks or on ticks that may not share a block.
 */
export function packTicks(ticks: readonly Tick[]): Block {
  const first = ticks[0];
  if (!first) throw new RangeError('packTicks: expected at least one tick, found none');
  const dictionary = new Dictionary();
  const cells = new Cells();
  const rowStart = new Uint32Array(ticks.length + 1);
  const links = new Map<number, readonly Link[]>();
  const linkSnapshots = new Set<number>();
  const markers = new Map<number, readonly Marker[]>();
  const lost = new Map<number, Readonly<Record<string, number>>>();
  for (const [t, tick] of ticks.entries()) {
    if (!sameBlock(first, tick)) {
      throw new RangeError('packTicks: ticks of another host, boot or backend in one block');
    }
    for (const sample of tick.samples) dictionary.add(sample, cells);
    cells.sortFrom(rowStart[t] as number);
    rowStart[t + 1] = cells.length;
    if (tick.links.length > 0) links.set(t, tick.links);
    if (tick.linkSnapshot) linkSnapshots.add(t);
    if (tick.markers.length > 0) markers.set(t, tick.markers);
    if (Object.keys(tick.lost).length > 0) lost.set(t, tick.lost);
  }
  return {
    host: first.host,
    boot: first.boot,
    backend: first.backend,
    blind: first.blind,
    sources: dictionary.sources,
    series: dictionary.series,
    seq: Float64Array.from(ticks, (tick) => tick.seq),
    ts: Float64Array.from(ticks, (tick) => tick.ts),
    intervalNs: Float64Array.from(ticks, (tick) => tick.intervalNs),
    rowStart,
    seriesIndex: cells.series.slice(0, cells.length),
    values: cells.values.slice(0, cells.length),
    links,
    linkSnapshots,
    markers,
    lost,
  };
}

/** Takes the ticks of a block apart again; the inverse of {@link packTicks} but for attributes, which stand on every tick that has the source. */
export function unpackTicks(block: Block): Tick[] {
  return Array.from(block.seq, (_, t) => tickOf(block, t));
}

function tickOf(block: Block, t: number): Tick {
  const samples = new Map<
    number,
    { values: Map<string, number>; histograms: Map<string, MutableHistogram> }
  >();
  const end = block.rowStart[t + 1] as number;
  for (let at = block.rowStart[t] as number; at < end; at++) {
    const series = block.series[block.seriesIndex[at] as number] as SeriesId;
    const value = block.values[at] as number;
    let sample = samples.get(series.source);
    if (!sample) {
      sample = { values: new Map(), histograms: new Map() };
      samples.set(series.source, sample);
    }
    if (series.scheme === undefined || series.bucket === undefined) {
      sample.values.set(series.metric, value);
    } else {
      let histogram = sample.histograms.get(series.metric);
      if (!histogram) {
        histogram = { scheme: series.scheme, counts: new Map() };
        sample.histograms.set(series.metric, histogram);
      }
      histogram.counts.set(series.bucket, value);
    }
  }
  return {
    host: block.host,
    boot: block.boot,
    seq: block.seq[t] as number,
    ts: block.ts[t] as number,
    intervalNs: block.intervalNs[t] as number,
    backend: block.backend,
    blind: block.blind,
    samples: [...samples].map(([index, sample]) => {
      const source = block.sources[index] as BlockSource;
      return {
        kind: source.kind,
        name: source.name,
        values: sample.values,
        ...(sample.histograms.size > 0 ? { histograms: sample.histograms } : {}),
        ...(source.attributes ? { attributes: source.attributes } : {}),
      };
    }),
    links: block.links.get(t) ?? [],
    linkSnapshot: block.linkSnapshots.has(t),
    markers: block.markers.get(t) ?? [],
    lost: block.lost.get(t) ?? {},
  };
}

interface MutableHistogram extends Histogram {
  readonly counts: Map<number, number>;
}
