import { type Block, metricInfo, SOURCE_KINDS, sourceKey } from '@ethogram/core';
import { numberText, shareText, type View } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { choice } from '../options/kinds.js';
import { list } from '../options/option.js';
import { readQueries } from '../window/read-queries.js';
import { windowOptions } from '../window/window-options.js';

/** What a window holds of one source. */
interface SourceRow {
  readonly host: string;
  readonly source: string;
  readonly metrics: number;
  readonly ticks: number;
  /** Share of all ticks of its host in which it did something. */
  readonly activeShare: number;
}

const view: View<SourceRow> = {
  columns: [
    { name: 'host', value: (row) => row.host },
    { name: 'source', value: (row) => row.source },
    { name: 'metrics', value: (row) => row.metrics, align: 'right' },
    { name: 'ticks', value: (row) => row.ticks, text: ticksText, align: 'right' },
    { name: 'activeShare', value: (row) => row.activeShare, text: activeText, align: 'right' },
  ],
  record: ({ source, metrics, ticks, activeShare, host }) => ({
    source,
    metrics,
    ticks,
    activeShare,
    host,
  }),
};

/** `sources`: who behaves in a window. */
export const sourcesCommand = defineCommand({
  name: 'sources',
  summary: 'list the sources of a recording or a window',
  description:
    'For each source: how many metrics were recorded of it, in how many ticks it was there, and in which share of all ticks it did something (a counter moved, or a metric that is not in the registry was not zero).',
  options: {
    ...windowOptions,
    kind: list(choice(SOURCE_KINDS as readonly [string, ...string[]]), {
      help: 'only sources of this kind',
      example: 'process',
    }),
  },
  examples: [
    { run: 'ethogram sources --recording live', does: 'all sources of a recording' },
    { run: 'ethogram sources --from -1h --kind device', does: 'disks of the last hour' },
  ],
  async run({ openStore, out, clock, signal }, options) {
    const store = await openStore('read');
    const tally = new SourceTally();
    for (const query of await readQueries(store, options, clock.nowMs())) {
      for await (const block of store.samples.read(query, { signal })) tally.add(block);
    }
    const kinds = new Set(options.kind);
    const rows = tally.rows();
    await out.list(
      view,
      kinds.size === 0
        ? rows
        : rows.filter(({ source }) => kinds.has(source.split(':', 1)[0] ?? '')),
    );
    return 0;
  },
});

class SourceTally {
  readonly #hostTicks = new Map<string, number>();
  readonly #sources = new Map<string, Counts>();

  add(block: Block): void {
    const ticks = block.ts.length;
    this.#hostTicks.set(block.host, (this.#hostTicks.get(block.host) ?? 0) + ticks);
    const counts = block.sources.map((source) => this.#counts(block.host, sourceKey(source)));
    const isActivity = block.series.map(
      ({ metric }) => (metricInfo(metric)?.type ?? 'counter') !== 'gauge',
    );
    const seenAt = new Int32Array(counts.length).fill(-1);
    const activeAt = new Int32Array(counts.length).fill(-1);
    for (let t = 0; t < ticks; t++) {
      for (let i = block.rowStart[t] ?? 0; i < (block.rowStart[t + 1] ?? 0); i++) {
        const index = block.seriesIndex[i] ?? 0;
        const series = block.series[index];
        const count = series && counts[series.source];
        if (!count) continue;
        count.metrics.add(series.metric);
        if (seenAt[series.source] !== t) count.ticks++;
        seenAt[series.source] = t;
        if (!isActivity[index] || block.values[i] === 0) continue;
        if (activeAt[series.source] !== t) count.active++;
        activeAt[series.source] = t;
      }
    }
  }

  rows(): readonly SourceRow[] {
    return [...this.#sources.values()]
      .map(({ host, source, metrics, ticks, active }) => ({
        host,
        source,
        metrics: metrics.size,
        ticks,
        activeShare: Number((active / (this.#hostTicks.get(host) ?? 1)).toFixed(4)),
      }))
      .sort((a, b) => compare(a.host, b.host) || compare(a.source, b.source));
  }

  #counts(host: string, source: string): Counts {
    const key = `${host}\n${source}`;
    let counts = this.#sources.get(key);
    if (!counts) {
      counts = { host, source, metrics: new Set(), ticks: 0, active: 0 };
      this.#sources.set(key, counts);
    }
    return counts;
  }
}

interface Counts {
  readonly host: string;
  readonly source: string;
  readonly metrics: Set<string>;
  ticks: number;
  active: number;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ticksText(row: SourceRow): string {
  return numberText(row.ticks);
}

function activeText(row: SourceRow): string {
  return shareText(row.activeShare);
}
