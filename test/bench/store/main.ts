/**
 * What the stores cost: `npm run bench:store -- [FILE] [--hours N] [--read-hours N]
 * [--fill-seconds N] [--no-mongodb] [--write]`. FILE is a recording that `import` reads, the
 * shipped one by default. Ten minutes at most on two quiet cores, of which `--fill-seconds` (240)
 * is the bound of filling the window of 24 hours that is then read: what was filled by then is
 * read. `--write` leaves test/bench/results/store.json.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Block, packTicks, sameBlock, type Tick } from '@ethogram/core';
import { exportToFile, importFiles } from '@ethogram/store';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { inFolder, measureImports, measureMemory, measureReading } from './long-window.js';
import { startMongodb } from './mongodb.js';
import { printTable, say } from './report.js';
import { measureSizes } from './sizes.js';
import { measureSpeeds } from './speeds.js';

const TICKS_PER_BLOCK = 60;
/** Memory is constant where so long a file takes no more of it. */
const TIMES_LARGER = 4;
const ROOT = new URL('../../../../', import.meta.url);
const SHIPPED = fileURLToPath(new URL('datasets/web-story/web-story.parquet', ROOT));
const RESULTS = fileURLToPath(new URL('test/bench/results/store.json', ROOT));

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    hours: { type: 'string', default: '1' },
    'read-hours': { type: 'string', default: '24' },
    'fill-seconds': { type: 'string', default: '240' },
    'no-mongodb': { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const [file = SHIPPED] = positionals;
const tables: BenchTable[] = [];
const startedMs = performance.now();
const add = (table: BenchTable): void => {
  printTable(table);
  say(`(${Math.round((performance.now() - startedMs) / 1000)} s so far)\n`);
  tables.push(table);
};

const ticks: Tick[] = [];
for await (const tick of importFiles([file], { host: 'bench' })) ticks.push(tick);
add(await measureSizes(ticks));
const mongodb = values['no-mongodb']
  ? { reason: 'left out by --no-mongodb' }
  : await startMongodb();
try {
  add(await measureSpeeds(ticks, mongodb));
} finally {
  if ('stop' in mongodb) await mongodb.stop();
}
add(await inFolder(measureImported));
add(await measureMemory(Number(values.hours)));
add(await measureReading(Number(values['read-hours']), Number(values['fill-seconds'])));
if (values.write) {
  const versions = 'version' in mongodb ? { 'MongoDB server': mongodb.version } : {};
  writeBenchResult(RESULTS, {
    bench: 'store',
    command: 'npm run bench:store',
    versions: { ...versions, pyarrow: '26.0.1' },
    tables,
  });
}

async function measureImported(folder: string): Promise<BenchTable> {
  const files = [{ name: 'the shipped file (Parquet)', path: file }];
  for (const format of ['csv', 'ndjson', 'parquet'] as const) {
    for (const times of [1, TIMES_LARGER]) {
      const path = join(folder, `out-${times}.${format}`);
      await exportToFile(() => blocks(times), format, path);
      const often = times === 1 ? '' : `, ${times} times in a row`;
      files.push({ name: `exported as ${format}${often}`, path });
    }
  }
  return measureImports(files);
}

/** The recording, so many times one after the other. */
async function* blocks(times = 1): AsyncGenerator<Block> {
  const [first, last] = [ticks[0], ticks.at(-1)];
  if (!first || !last) return;
  const lengthMs = last.ts - first.ts + 60_000;
  for (let round = 0; round < times; round++) {
    const run: Tick[] = [];
    for (const one of ticks) {
      const seq = one.seq + round * (last.seq + 1);
      const tick = { ...one, ts: one.ts + round * lengthMs, seq };
      const full = run[0] && (run.length >= TICKS_PER_BLOCK || !sameBlock(run[0], tick));
      if (full) yield packTicks(run.splice(0));
      run.push(tick);
    }
    if (run.length > 0) yield packTicks(run);
  }
}
