import { type Block, metricInfo, type SeriesId, syscallMetric } from '@ethogram/core';
import { BinnedMean, BinnedSum, type Cover } from './binned.js';
import { ProcessTally } from './process-tally.js';
import type { DistributionView, RecordingView, SeriesView } from './recording-view.js';

/** More process sources than this are counted together: the collector's own bound is 500. */
const MOST_PROCESSES = 512;
const MOST_DEVICES = 64;
const MOST_DISTRIBUTIONS = 24;
const MOST_SERIES = 256;
/** Names of what was left out are remembered up to this, so that each counts once. */
const MOST_LEFT_OUT = 10_000;
const OTHER = 'other';

/** Takes a value of a tick. */
export type Sink = (cover: Cover, value: number) => void;

/** What {@link RecordingTallies} knows of a recording. */
type TallyView = Pick<
  RecordingView,
  'processes' | 'calls' | 'devices' | 'distributions' | 'host' | 'custom' | 'leftOut'
>;

/** Adds up the series of a recording, a bounded number of each kind. */
export class RecordingTallies {
  readonly #bins: number;
  readonly #processes = new Map<string, ProcessTally>();
  readonly #calls = new Map<string, { count: number; errors: number }>();
  readonly #devices = new Map<string, DeviceTally>();
  readonly #distributions = new Map<string, DistributionTally>();
  readonly #series = new Map<string, SeriesTally>();
  readonly #leftOut = new Map<string, Set<string>>();

  constructor(bins: number) {
    this.#bins = bins;
  }

  /** Where the values of a series go; undefined where a page does not show them. */
  sink(block: Block, series: SeriesId): Sink | undefined {
    const source = block.sources[series.source];
    if (!source) return undefined;
    const { metric } = series;
    if (series.scheme !== undefined) {
      // One map of sizes for all processes; one of each device.
      const name = source.kind === 'process' ? metric : `${source.name} ${metric}`;
      return this.#distributionSink(name, metric, series.scheme, series.bucket ?? 0);
    }
    if (source.kind === 'process') return this.#processSink(source.name, metric);
    if (source.kind === 'device') return this.#deviceSink(source.name, metric);
    if (source.kind === 'endpoint') return undefined;
    return this.#seriesSink(source.kind === 'host' ? '' : source.name, metric);
  }

  #processSink(name: string, metric: string): Sink | undefined {
    const tally = this.#bounded(this.#processes, name, MOST_PROCESSES, 'process sources', () => {
      return new ProcessTally(this.#bins);
    });
    const syscall = syscallMetric(metric);
    if (syscall?.what === 'calls') {
      const { call } = syscall;
      const all = this.#callTally(call);
      return (cover, value) => {
        tally.calls.add(cover, value);
        tally.byCall.set(call, (tally.byCall.get(call) ?? 0) + value);
        all.count += value;
      };
    }
    if (syscall?.what === 'errors') {
      const all = this.#callTally(syscall.call);
      return (_cover, value) => {
        tally.errors += value;
        all.errors += value;
      };
    }
    switch (metric) {
      case 'syscall.calls':
        return (cover, value) => tally.calls.add(cover, value);
      case 'cpu.ns':
        return (cover, value) => tally.cpuNs.add(cover, value);
      case 'io.read.bytes':
        return (_cover, value) => {
          tally.readBytes += value;
        };
      case 'io.write.bytes':
        return (_cover, value) => {
          tally.writeBytes += value;
        };
      default:
        return undefined;
    }
  }

  #callTally(call: string): { count: number; errors: number } {
    const tally = this.#calls.get(call) ?? { count: 0, errors: 0 };
    this.#calls.set(call, tally);
    return tally;
  }

  #deviceSink(name: string, metric: string): Sink | undefined {
    const tally = this.#bounded(this.#devices, name, MOST_DEVICES, 'devices', () => ({
      reads: new BinnedSum(this.#bins),
      writes: new BinnedSum(this.#bins),
      readBytes: 0,
      writeBytes: 0,
    }));
    switch (metric) {
      case 'iops.read':
        return (cover, value) => tally.reads.add(cover, value);
      case 'iops.write':
        return (cover, value) => tally.writes.add(cover, value);
      case 'bytes.read':
        return (_cover, value) => {
          tally.readBytes += value;
        };
      case 'bytes.write':
        return (_cover, value) => {
          tally.writeBytes += value;
        };
      default:
        return undefined;
    }
  }

  #distributionSink(
    name: string,
    metric: string,
    scheme: string,
    bucket: number,
  ): Sink | undefined {
    const key = `${name} ${scheme}`;
    let tally = this.#distributions.get(key);
    if (!tally) {
      if (this.#distributions.size >= MOST_DISTRIBUTIONS) {
        this.#leave('distributions', key);
        return undefined;
      }
      const unit = metricInfo(metric)?.unit;
      tally = {
        view: { name, unit: unit === 'bytes' || unit === 'ns' ? unit : 'none', scheme },
        counts: new Map(),
      };
      this.#distributions.set(key, tally);
    }
    const sum = tally.counts.get(bucket) ?? new BinnedSum(this.#bins);
    tally.counts.set(bucket, sum);
    return (cover, value) => sum.add(cover, value);
  }

  #seriesSink(source: string, metric: string): Sink | undefined {
    const key = `${source}/${metric}`;
    const known = this.#series.get(key);
    if (known) return known.add;
    if (this.#series.size >= MOST_SERIES) {
      this.#leave('series', key);
      return undefined;
    }
    const info = metricInfo(metric);
    const isCounter = info?.type === 'counter';
    const view = { source, metric, unit: `${info?.unit ?? 'none'}${isCounter ? '/s' : ''}` };
    const sum = new BinnedSum(this.#bins);
    const mean = new BinnedMean(this.#bins);
    const tally: SeriesTally = isCounter
      ? { view, add: (cover, value) => sum.add(cover, value), values: (s) => sum.rates(s) }
      : { view, add: (cover, value) => mean.add(cover, value), values: () => mean.means() };
    this.#series.set(key, tally);
    return tally.add;
  }

  /** The tally of a name; that of all others beyond the bound. */
  #bounded<T>(into: Map<string, T>, name: string, most: number, what: string, make: () => T): T {
    const known = into.get(name);
    if (known) return known;
    const isFull = into.size >= most - 1 && name !== OTHER;
    if (isFull) {
      this.#leave(what, name);
      return this.#bounded(into, OTHER, most + 1, what, make);
    }
    const made = make();
    into.set(name, made);
    return made;
  }

  #leave(what: string, name: string): void {
    const names = this.#leftOut.get(what) ?? new Set<string>();
    if (names.size < MOST_LEFT_OUT) names.add(name);
    this.#leftOut.set(what, names);
  }

  /** @param seconds measured time of each bin. */
  view(seconds: Float64Array): TallyView {
    const series = [...this.#series.values()].map(({ view, values }) => ({
      ...view,
      values: values(seconds),
    }));
    return {
      processes: [...this.#processes]
        .map(([name, tally]) => tally.view(name, seconds))
        .sort((a, b) => b.calls - a.calls || b.cpuNs - a.cpuNs || (a.name < b.name ? -1 : 1)),
      calls: [...this.#calls]
        .map(([call, tally]) => ({ call, ...tally }))
        .sort((a, b) => b.count - a.count || (a.call < b.call ? -1 : 1)),
      devices: [...this.#devices]
        .map(([name, { reads, writes, readBytes, writeBytes }]) => ({
          name,
          reads: reads.rates(seconds),
          writes: writes.rates(seconds),
          readOps: reads.total,
          writeOps: writes.total,
          readBytes,
          writeBytes,
        }))
        .sort((a, b) => b.readOps + b.writeOps - a.readOps - a.writeOps),
      distributions: [...this.#distributions.values()]
        .map(distributionOf)
        .sort((a, b) => b.total - a.total),
      host: series.filter(({ source }) => source === ''),
      custom: series.filter(({ source }) => source !== ''),
      leftOut: Object.fromEntries([...this.#leftOut].map(([what, names]) => [what, names.size])),
    };
  }
}

function distributionOf({ view, counts }: DistributionTally): DistributionView {
  const ascending = [...counts].sort(([a], [b]) => a - b);
  return {
    ...view,
    total: ascending.reduce((sum, [, bucket]) => sum + bucket.total, 0),
    counts: new Map(ascending.map(([bucket, { values }]) => [bucket, values])),
  };
}

interface DeviceTally {
  readonly reads: BinnedSum;
  readonly writes: BinnedSum;
  readBytes: number;
  writeBytes: number;
}

interface DistributionTally {
  readonly view: Omit<DistributionView, 'counts' | 'total'>;
  readonly counts: Map<number, BinnedSum>;
}

interface SeriesTally {
  readonly view: Omit<SeriesView, 'values'>;
  readonly add: Sink;
  /** Rates or means per bin. */
  readonly values: (seconds: Float64Array) => Float64Array;
}
