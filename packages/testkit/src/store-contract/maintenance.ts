import { type Tick, unpackTicks } from '@ethogram/core';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_START, exampleTicks } from '../example-ticks.js';
import {
  type ContractOptions,
  comparable,
  freshStores,
  readBlocks,
  readTicks,
  type StoreFixture,
} from './fixture.js';

const HOUR_MS = 3_600_000;

/** What `Store.maintenance` promises. The examples lie in the past of the stores' clocks. */
export function maintenanceContract(
  openFresh: () => Promise<StoreFixture>,
  { rewrites = true }: ContractOptions = {},
): void {
  describe('maintenance', () => {
    const fresh = freshStores(openFresh);
    const tenSeconds = { tiers: [{ olderThanMs: 0, intervalMs: 10_000 }] };

    it('keeps every sum, count and link exactly while ticks are merged', async (context) => {
      if (!rewrites) return context.skip('stored ticks cannot be changed here');
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 700, sources: 3 });
      await store.samples.append('a', ticks);
      await store.samples.seal('a');
      await store.samples.append(
        'a',
        exampleTicks({ count: 1, firstSeq: 900, from: EXAMPLE_START + 900_000 }),
      );
      const report = await store.maintenance.retain(tenSeconds);
      expect(report).toMatchObject({ deletedTicks: 0, mergedTicks: 630, overBudget: false });
      const first = await totals(() => readTicksOf(store));
      expect(first).toEqual(
        totalsOf([
          ...ticks,
          ...exampleTicks({ count: 1, firstSeq: 900, from: EXAMPLE_START + 900_000 }),
        ]),
      );
      await store.maintenance.retain({ tiers: [{ olderThanMs: 0, intervalMs: 60_000 }] });
      expect(await totals(() => readTicksOf(store))).toEqual(first);
      expect((await readTicks(store)).length).toBe(13);
      expect((await store.samples.recordings())[0]?.ticks).toBe(13);
      expect(await store.samples.append('a', ticks)).toEqual({ stored: 0, repeated: 700 });
    });

    it('keeps the last value of a gauge', async (context) => {
      if (!rewrites) return context.skip('stored ticks cannot be changed here');
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 60, sources: 1 });
      await store.samples.append('a', ticks);
      await store.samples.append(
        'a',
        exampleTicks({ count: 1, firstSeq: 900, from: EXAMPLE_START + 900_000 }),
      );
      await store.maintenance.retain(tenSeconds);
      const merged = (await readTicksOf(store)).slice(0, 6);
      const rss = (tick: Tick | undefined) => tick?.samples[0]?.values.get('memory.rss');
      expect(merged.map(rss)).toEqual([9, 19, 29, 39, 49, 59].map((i) => rss(ticks[i])));
    });

    it('deletes what is too old, and nothing else', async () => {
      const { store } = await fresh();
      await store.samples.append('a', exampleTicks({ count: 300 }));
      await store.samples.append('b', exampleTicks({ count: 300 }));
      await store.samples.seal('a');
      await store.samples.seal('b');
      const last = exampleTicks({ count: 1, firstSeq: 900, from: EXAMPLE_START + 48 * HOUR_MS });
      await store.samples.append('a', last);
      const report = await store.maintenance.retain({ recording: 'a', maxAgeMs: HOUR_MS / 2 });
      expect(report.deletedTicks).toBe(300);
      expect(await readTicks(store, { recording: 'a' })).toEqual(last.map(comparable));
      expect(await readTicks(store, { recording: 'b' })).toHaveLength(300);
      expect((await store.samples.recordings())[0]).toMatchObject({ name: 'a', ticks: 1 });
    });

    it('deletes the oldest first when there is too much, until it fits', async (context) => {
      if (!rewrites) return context.skip('stored ticks cannot be changed here');
      const { store } = await fresh();
      await store.samples.append('a', exampleTicks({ count: 1200, sources: 8 }));
      await store.samples.seal('a');
      await store.samples.append(
        'a',
        exampleTicks({ count: 1, firstSeq: 9000, from: EXAMPLE_START + 9_000_000 }),
      );
      const before = await store.maintenance.usedBytes();
      const report = await store.maintenance.retain({ maxBytes: before * 0.6 });
      expect(report.usedBytes).toBeLessThanOrEqual(before * 0.6);
      expect(report.overBudget).toBe(false);
      const left = await readBlocks(store);
      const seqs = left.flatMap((block) => [...block.seq]);
      expect(seqs.length).toBe(1201 - report.deletedTicks);
      expect(seqs.slice(0, -1)).toEqual(
        Array.from({ length: seqs.length - 1 }, (_, i) => report.deletedTicks + i),
      );
    });

    it('keeps what is pinned as it was recorded, and says when that is too much', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 300 });
      await store.samples.append('a', ticks);
      await store.samples.seal('a');
      await store.samples.append(
        'a',
        exampleTicks({ count: 1, firstSeq: 900, from: EXAMPLE_START + 900_000 }),
      );
      const range = { from: EXAMPLE_START + 130_000, to: EXAMPLE_START + 140_000 };
      await store.maintenance.pin({ id: 'incident/1', host: 'alpha', range, tierMs: 0 });
      expect(await store.maintenance.pins()).toEqual([
        { id: 'incident/1', host: 'alpha', range, tierMs: 0 },
      ]);
      await store.maintenance.retain(tenSeconds);
      expect(await readTicks(store, { range })).toEqual(ticks.slice(130, 140).map(comparable));
      const report = await store.maintenance.retain({ maxAgeMs: 1, maxBytes: 1 });
      expect(report.overBudget).toBe(true);
      expect(await readTicks(store, { range })).toEqual(ticks.slice(130, 140).map(comparable));
      expect(await store.maintenance.unpin('incident/1')).toBe(true);
      expect(await store.maintenance.unpin('incident/1')).toBe(false);
      await store.maintenance.retain({ maxAgeMs: 1 });
      expect(await readTicks(store, { range })).toEqual([]);
    });

    it('merges a pinned window as far as the pin allows', async (context) => {
      if (!rewrites) return context.skip('stored ticks cannot be changed here');
      const { store } = await fresh();
      await store.samples.append('a', exampleTicks({ count: 60 }));
      await store.samples.append(
        'a',
        exampleTicks({ count: 1, firstSeq: 900, from: EXAMPLE_START + 900_000 }),
      );
      const range = { from: EXAMPLE_START, to: EXAMPLE_START + 60_000 };
      await store.maintenance.pin({ id: 'model/m/1', host: 'alpha', range, tierMs: 10_000 });
      await store.maintenance.retain({ tiers: [{ olderThanMs: 0, intervalMs: 60_000 }] });
      expect(await readTicks(store, { range })).toHaveLength(6);
    });

    it('changes nothing when nothing is due', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 200 });
      await store.samples.append('a', ticks);
      await store.samples.seal('a');
      const report = await store.maintenance.retain({ tiers: [] });
      expect(report).toMatchObject({ deletedTicks: 0, mergedTicks: 0 });
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
    });

    it.each([
      { tiers: [{ olderThanMs: 0, intervalMs: 7_000 }] },
      { maxAgeMs: -1 },
      { maxBytes: Number.NaN },
    ])('refuses the policy %j', async (policy) => {
      const { store } = await fresh();
      await expect(store.maintenance.retain(policy)).rejects.toMatchObject({ code: 'STORE-1018' });
    });

    it('has everything after compaction', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 300 });
      await store.samples.append('a', ticks);
      await store.samples.append('b', ticks);
      await store.samples.remove('b');
      const { beforeBytes, afterBytes } = await store.maintenance.compact();
      expect(afterBytes).toBeLessThanOrEqual(beforeBytes);
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
      await store.samples.append('c', ticks);
      expect(await readTicks(store, { recording: 'c' })).toHaveLength(300);
    });
  });
}

async function readTicksOf(store: StoreFixture['store']): Promise<Tick[]> {
  return (await readBlocks(store)).flatMap(unpackTicks);
}

async function totals(read: () => Promise<Tick[]>): Promise<Record<string, number>> {
  return totalsOf(await read());
}

/** Everything that must add up to the same however ticks are merged. */
function totalsOf(ticks: readonly Tick[]): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (key: string, value: number): void => {
    sums[key] = (sums[key] ?? 0) + value;
  };
  for (const tick of ticks) {
    add('intervalNs', tick.intervalNs);
    add('markers', tick.markers.length);
    for (const [cause, count] of Object.entries(tick.lost)) add(`lost ${cause}`, count);
    for (const link of tick.links) {
      for (const what of ['opened', 'closed', 'events', 'bytes'] as const) {
        add(`${link.from.name} ${link.to.name} ${what}`, link[what]);
      }
    }
    for (const { name, values, histograms } of tick.samples) {
      for (const [metric, value] of values) {
        if (metric.startsWith('syscall.') || metric === 'cpu.ns') add(`${name} ${metric}`, value);
      }
      for (const [metric, { counts }] of histograms ?? []) {
        for (const [bucket, count] of counts) add(`${name} ${metric} ${bucket}`, count);
      }
    }
  }
  return sums;
}
