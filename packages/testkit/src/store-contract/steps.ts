import { type Tick, unpackTicks } from '@ethogram/core';
import { mergeIntervals } from '@ethogram/store';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_START, exampleTicks } from '../example-ticks.js';
import { comparable, readBlocks, readTicks, type StoreFixture } from './fixture.js';

const STEPS = [10_000, 60_000] as const;

/** What reading at a coarser step promises. */
export function stepContract(fresh: () => Promise<StoreFixture>): void {
  describe.each(STEPS)('at a step of %i ms', (stepMs) => {
    const merged = (ticks: readonly Tick[]): unknown[] =>
      mergeIntervals(ticks, stepMs).map(comparable);

    it('reads what retention would have left', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 730, from: EXAMPLE_START + 3300 });
      await store.samples.append('a', ticks);
      expect(await readTicks(store, { stepMs })).toEqual(merged(ticks));
      await store.samples.seal('a');
      expect(await readTicks(store, { stepMs })).toEqual(merged(ticks));
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
    });

    it('keeps every count, and the newest attributes', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 61 }).map((tick, i) => ({
        ...tick,
        samples: tick.samples.map((sample) => ({
          ...sample,
          ...(sample.attributes && i % 4 === 0 ? { attributes: { exe: `/new/${i}` } } : {}),
        })),
      }));
      await store.samples.append('a', ticks);
      const read = (await readBlocks(store, { stepMs })).flatMap(unpackTicks);
      const attributesOf = (list: readonly Tick[]): unknown => {
        const newest = new Map<string, unknown>();
        for (const { samples } of list) {
          for (const { name, attributes } of samples) if (attributes) newest.set(name, attributes);
        }
        return [...newest].sort(([a], [b]) => (a < b ? -1 : 1));
      };
      expect(attributesOf(read)).toEqual(attributesOf(mergeIntervals(ticks, stepMs)));
      const calls = (list: readonly Tick[]): number =>
        list
          .flatMap((tick) => tick.samples)
          .reduce((sum, sample) => sum + (sample.values.get('syscall.read.calls') ?? 0), 0);
      expect(calls(ticks)).toBeGreaterThan(0);
      expect(calls(read)).toBe(calls(ticks));
      expect(read.reduce((sum, tick) => sum + (tick.lost.late ?? 0), 0)).toBe(2);
    });

    it('merges only what the range holds', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 150 });
      await store.samples.append('a', ticks);
      const range = { from: EXAMPLE_START + 25_000, to: EXAMPLE_START + 125_000 };
      expect(await readTicks(store, { range, stepMs })).toEqual(merged(ticks.slice(25, 125)));
      const none = { from: EXAMPLE_START + 25_000, to: EXAMPLE_START + 25_000 };
      expect(await readTicks(store, { range: none, stepMs })).toEqual([]);
    });

    it('leaves ticks alone that are longer', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 7, intervalMs: 60_000 });
      await store.samples.append('a', ticks);
      expect(await readTicks(store, { stepMs })).toEqual(ticks.map(comparable));
    });

    it('never merges hosts, boots or backends with each other', async () => {
      const { store } = await fresh();
      const alpha = exampleTicks({ count: 20 });
      const again = exampleTicks({ count: 25, from: EXAMPLE_START + 22_000, boot: 'boot-2' });
      const beside = again.map((tick) => ({ ...tick, seq: tick.seq + 1000, ts: tick.ts + 500 }));
      const other = beside.map((tick) => ({ ...tick, backend: 'procfs' }));
      const mixed = [...again, ...other].sort((x, y) => x.ts - y.ts);
      const beta = exampleTicks({ count: 30, host: 'beta', seed: 4 });
      await store.samples.append('a', [...alpha, ...mixed]);
      await store.samples.append('a', beta);
      expect(await readTicks(store, { stepMs })).toEqual([
        ...merged([...alpha, ...mixed]),
        ...merged(beta),
      ]);
    });

    it('counts a tick once that stands in two recordings', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 90 });
      await store.samples.append('a', ticks.slice(0, 60));
      await store.samples.append('b', ticks.slice(30));
      expect(await readTicks(store, { stepMs })).toEqual(merged(ticks));
    });

    it('reads chosen sources', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 70 });
      await store.samples.append('a', ticks);
      const source = { kind: 'process', name: 'svc-2.service/worker:2' } as const;
      const blocks = await readBlocks(store, { sources: [source], stepMs });
      const samples = blocks.flatMap(unpackTicks).flatMap((tick) => tick.samples);
      const expected = mergeIntervals(ticks, stepMs)
        .flatMap((tick) => tick.samples)
        .filter((sample) => sample.name === source.name);
      expect(samples).toHaveLength(expected.length);
      expect(samples.map((sample) => [...sample.values].sort())).toEqual(
        expected.map((sample) => [...sample.values].sort()),
      );
    });

    it('takes the newer of two schemes, and ticks that hold next to nothing', async () => {
      const { store } = await fresh();
      const schemes = ['lquantize:0,100,10', 'quantize', 'lquantize:0,100,10'];
      const ticks = exampleTicks({ count: 6 }).map((tick, i) => ({
        ...tick,
        samples: i > 2 ? [] : [shaped(schemes[i] as string, i + 1)],
      }));
      await store.samples.append('a', ticks);
      expect(await readTicks(store, { stepMs })).toEqual(merged(ticks));
    });
  });
}

function shaped(scheme: string, count: number): Tick['samples'][number] {
  return {
    kind: 'process',
    name: 'shaped',
    values: new Map(),
    histograms: new Map([['io.read.size', { scheme, counts: new Map([[3, count]]) }]]),
  };
}
