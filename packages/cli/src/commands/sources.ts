import { SOURCE_KINDS, sourceKey } from '@ethogram/core';
import { numberText, shareText, type View } from '@ethogram/report';
import type { SourceSummary } from '@ethogram/store';
import { defineCommand } from '../command.js';
import { choice } from '../options/kinds.js';
import { list } from '../options/option.js';
import { readQueries } from '../window/read-queries.js';
import { windowOptions } from '../window/window-options.js';

const view: View<SourceSummary> = {
  columns: [
    { name: 'host', value: (row) => row.source.host },
    { name: 'source', value: (row) => sourceKey(row.source) },
    { name: 'metrics', value: (row) => row.metrics, align: 'right' },
    {
      name: 'ticks',
      value: (row) => row.ticks,
      text: (row) => numberText(row.ticks),
      align: 'right',
    },
    {
      name: 'activeShare',
      value: (row) => row.activeShare,
      text: (row) => shareText(row.activeShare),
      align: 'right',
    },
  ],
  record: ({ source, metrics, ticks, activeShare }) => ({
    source: sourceKey(source),
    metrics,
    ticks,
    activeShare,
    host: source.host,
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
    const { listSources } = await import('@ethogram/store');
    const kinds = new Set<string>(options.kind);
    const rows: SourceSummary[] = [];
    for (const query of await readQueries(store, options, clock.nowMs())) {
      const all = await listSources(store.samples, query, { signal });
      rows.push(...all.filter(({ source }) => kinds.size === 0 || kinds.has(source.kind)));
    }
    await out.list(view, rows);
    return 0;
  },
});
