import { PassThrough } from 'node:stream';
import type { Block } from '@ethogram/core';
import { countText, printable } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { choice, file } from '../options/kinds.js';
import { option } from '../options/option.js';
import { findWindow } from '../window/find-window.js';
import { windowOptions } from '../window/window-options.js';

/** Every format that the exporter writes; a test compares, since it is loaded only when needed. */
const FORMATS = ['csv', 'ndjson', 'parquet'] as const;

/** What `--resolution` means, milliseconds. */
const RESOLUTIONS_MS = Object.freeze({ '10s': 10_000, '1m': 60_000 } as const);

/** `export`: a window of the store as a file. */
export const exportCommand = defineCommand({
  name: 'export',
  summary: 'write a recording or a window as a file',
  description:
    'The file is there whole or not at all. A name that ends in .gz is compressed. What is exported can be imported again without loss.',
  options: {
    ...windowOptions,
    format: option(choice(FORMATS), {
      default: 'csv',
      help: 'csv has a column for each metric, ndjson a line for each value, parquet is for analysis elsewhere',
      example: 'ndjson',
    }),
    resolution: option(choice(['10s', '1m']), {
      help: 'merge ticks to this length: counters, distributions, links and losses add up, gauges keep their last value',
      example: '1m',
    }),
    out: option(file, { help: 'the file (default: standard output)', example: 'live.csv.gz' }),
  },
  examples: [
    {
      run: 'ethogram export --recording live --format csv --out live.csv.gz',
      does: 'a recording, compressed',
    },
    {
      run: 'ethogram export --recording live --resolution 1m --format parquet --out live.parquet',
      does: 'a row for each minute and metric',
    },
    { run: 'ethogram export --from -1h --format ndjson | head', does: 'the last hour' },
  ],
  async run(context, options) {
    const { clock, notices, out, signal } = context;
    const { keepStreamSmall } = await import('@ethogram/collector');
    keepStreamSmall();
    const store = await context.openStore('read');
    const found = await findWindow(store, options, clock.nowMs());
    const { exportBlocks, exportToFile } = await import('@ethogram/store');
    const query = {
      ...found.query,
      ...(options.resolution ? { stepMs: RESOLUTIONS_MS[options.resolution] } : {}),
    };
    const progress = notices.progress('exporting');
    const read = () =>
      counted(store.samples.read(query, { signal }), (ticks) =>
        progress.update(ticks, found.ticks),
      );
    if (options.out === undefined || options.out === '-') {
      const bytes = new PassThrough();
      const written = exportBlocks(read, options.format, bytes).then(
        () => bytes.end(),
        (failure: Error) => bytes.destroy(failure),
      );
      for await (const chunk of bytes) await out.raw(chunk as Uint8Array);
      await written;
    } else {
      await exportToFile(read, options.format, options.out);
      progress.finish();
      notices.note(`${printable(options.out)}: at most ${countText(found.ticks, 'tick')}`);
    }
    return 0;
  },
});

async function* counted(
  blocks: AsyncIterable<Block>,
  onTicks: (ticks: number) => void,
): AsyncGenerator<Block> {
  let ticks = 0;
  for await (const block of blocks) {
    yield block;
    ticks += block.ts.length;
    onTicks(ticks);
  }
}
