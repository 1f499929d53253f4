import { type Block, packTicks, type Tick, unpackTicks } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import type { BedTable } from './alarm.js';
import { RECORDING } from './bed-labels.js';

/** Every tick of the recorded bed. */
export async function readBed(uri: string): Promise<readonly Tick[]> {
  const store = await openStore(uri, { mode: 'read' });
  try {
    const ticks: Tick[] = [];
    for await (const block of store.samples.read({ recording: RECORDING })) {
      ticks.push(...unpackTicks(block));
    }
    return ticks;
  } finally {
    await store.close();
  }
}

/** Ticks as blocks of a minute, as a store hands them out. */
export async function* asBlocks(ticks: readonly Tick[]): AsyncGenerator<Block> {
  for (let at = 0; at < ticks.length; at += 60) yield packTicks(ticks.slice(at, at + 60));
}

/** Process and device counters as dense tables: what the detectors beside ours look at. */
export function tabulate(ticks: readonly Tick[]): BedTable {
  const names = new Map<string, Map<string, number>>();
  for (const tick of ticks) {
    for (const sample of tick.samples) {
      if (sample.kind !== 'process' && sample.kind !== 'device') continue;
      const metrics = names.get(sample.name) ?? new Map<string, number>();
      names.set(sample.name, metrics);
      for (const metric of sample.values.keys()) {
        if (!metrics.has(metric)) metrics.set(metric, metrics.size);
      }
    }
  }
  const sources = [...names].map(([name, metrics]) => ({
    name,
    metrics: [...metrics.keys()],
    data: new Float64Array(ticks.length * metrics.size),
    present: new Uint8Array(ticks.length),
  }));
  const byName = new Map(sources.map((source) => [source.name, source]));
  for (const [row, tick] of ticks.entries()) {
    for (const sample of tick.samples) {
      const source = byName.get(sample.name);
      const metrics = names.get(sample.name);
      if (!source || !metrics) continue;
      source.present[row] = 1;
      for (const [metric, value] of sample.values) {
        source.data[row * metrics.size + (metrics.get(metric) ?? 0)] = value;
      }
    }
  }
  return { ts: Float64Array.from(ticks, (tick) => tick.ts), sources };
}
