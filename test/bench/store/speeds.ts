import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tick } from '@ethogram/core';
import { openStore, type Store } from '@ethogram/store';
import type { BenchTable } from '@ethogram/testkit/bench';
import { short } from './report.js';

/** A server is asked for no more than these, since it is slower and its figures do not change. */
const TICKS_FOR_SERVER = 600;

/** Values per second on each driver: appended tick by tick, appended at once, read back. */
export async function measureSpeeds(
  all: readonly Tick[],
  mongodb: { readonly uri: string } | { readonly reason: string },
): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'ethogram-bench-'));
  const rows: (string | number)[][] = [];
  const measure = async (
    name: string,
    open: () => Promise<Store>,
    ticks: readonly Tick[] = all,
  ): Promise<void> => {
    const store = await open();
    const single = await seconds(async () => {
      for (const tick of ticks) await store.samples.append('single', [tick]);
    });
    const bulk = await seconds(() => store.samples.append('bulk', ticks));
    await store.samples.seal('single');
    let blocks = 0;
    const read = await seconds(async () => {
      for await (const block of store.samples.read({ recording: 'single' })) {
        blocks += block.values.length > 0 ? 1 : 0;
      }
    });
    for (const recording of ['single', 'bulk']) await store.samples.remove(recording);
    await store.close();
    const values = countValues(ticks);
    rows.push([
      name,
      ticks.length,
      Number(((single / ticks.length) * 1e3).toFixed(2)),
      short(values / single),
      short(values / bulk),
      short(values / read),
      blocks,
    ]);
  };
  const some = all.slice(0, TICKS_FOR_SERVER);
  try {
    await measure('memory:', () => openStore('memory:', { mode: 'write' }));
    for (const sync of ['off', '5s', 'tick'] as const) {
      const uri = `lmdb:${join(folder, sync)}`;
      await measure(`lmdb: --sync ${sync}`, () => openStore(uri, { mode: 'write', sync }));
    }
    if ('uri' in mongodb) {
      for (const layout of ['bucketed', 'native'] as const) {
        const uri = mongodb.uri.replace('DATABASE', `ethogram_bench_${layout}`);
        await measure(
          `mongodb: (${layout})`,
          () => openStore(uri, { mode: 'write', layout }),
          some,
        );
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const columns = ['', 'ticks', 'ms a tick', 'appended/s', 'at once/s', 'read/s', 'blocks'];
  const note = 'reason' in mongodb ? `mongodb: not measured: ${mongodb.reason}` : undefined;
  const title = `Values a second, of ${countValues(all)} in ${all.length} ticks`;
  return { title, columns, rows, ...(note ? { note } : {}) };
}

function countValues(ticks: readonly Tick[]): number {
  return ticks.reduce(
    (sum, tick) => sum + tick.samples.reduce((n, sample) => n + sample.values.size, 0),
    0,
  );
}

/** Wall-clock seconds that something takes. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}
