import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock, type Tick } from '@ethogram/core';
import { exportToFile, openStore, type Store } from '@ethogram/store';
import type { BenchTable } from '@ethogram/testkit/bench';
import { writeParquetElsewhere } from './parquet-elsewhere.js';

const RECORDING = 'bench';

/** Bytes per non-zero value: the embedded store, before and after re-packing, and files. */
export async function measureSizes(ticks: readonly Tick[]): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'ethogram-bench-'));
  const nonZero = countNonZero(ticks);
  const rows: (string | number)[][] = [];
  let note = 'Pages in use; the goal is 1.0 bytes a value, better .8.';
  const row = (what: string, bytes: number): void => {
    rows.push([what, bytes, Number((bytes / nonZero).toFixed(3))]);
  };
  try {
    const clock = manualClock(ticks.at(-1)?.ts ?? 0);
    const store = await openStore(`lmdb:${join(folder, 'store')}`, { mode: 'write', clock });
    const empty = await store.maintenance.usedBytes();
    for (const tick of ticks) await store.samples.append(RECORDING, [tick]);
    await store.samples.seal(RECORDING);
    row('lmdb, chunks of a minute (pages in use)', (await store.maintenance.usedBytes()) - empty);
    clock.advance(86_400_000);
    await store.maintenance.retain({});
    row('lmdb, re-packed to ten (pages in use)', (await store.maintenance.usedBytes()) - empty);
    for (const [name, format] of [
      ['csv.gz', 'csv'],
      ['ndjson.gz', 'ndjson'],
      ['parquet', 'parquet'],
    ] as const) {
      row(`export as ${name}`, await exported(store, join(folder, `out.${name}`), format));
    }
    await store.close();
    const elsewhere = await writeParquetElsewhere(join(folder, 'out.parquet'));
    if ('reason' in elsewhere) note += ` Parquet by pyarrow not measured: ${elsewhere.reason}`;
    else for (const { name, bytes } of elsewhere.files) row(`the same by pyarrow, ${name}`, bytes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    title: `Bytes: ${ticks.length} ticks, ${nonZero} non-zero values`,
    columns: ['', 'bytes', 'per non-zero value'],
    rows,
    note,
  };
}

async function exported(
  store: Store,
  path: string,
  format: 'csv' | 'ndjson' | 'parquet',
): Promise<number> {
  await exportToFile(() => store.samples.read({ recording: RECORDING }), format, path);
  return (await stat(path)).size;
}

/** Values that are not zero, histograms' counts included. */
export function countNonZero(ticks: readonly Tick[]): number {
  let count = 0;
  for (const { samples } of ticks) {
    for (const { values, histograms } of samples) {
      for (const value of values.values()) if (value !== 0) count++;
      for (const { counts } of histograms?.values() ?? []) count += counts.size;
    }
  }
  return count;
}
