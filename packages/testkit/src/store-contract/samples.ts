import { blockBytes, type Tick } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_START, exampleTicks } from '../example-ticks.js';
import { comparable, freshStores, readBlocks, readTicks, type StoreFixture } from './fixture.js';
import { stepContract } from './steps.js';

const MOST_BLOCK_BYTES = 8 * 1024 * 1024;

/** What `Store.samples` promises. */
export function sampleContract(openFresh: () => Promise<StoreFixture>): void {
  describe('samples', () => {
    const fresh = freshStores(openFresh);

    it('gives back every part of every tick', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 150 });
      expect(await store.samples.append('a', ticks)).toEqual({ stored: 150, repeated: 0 });
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
    });

    it('gives back the attributes of sources', async () => {
      const { store } = await fresh();
      await store.samples.append('a', exampleTicks({ count: 5 }));
      const [block] = await readBlocks(store);
      expect(block?.sources.find((s) => s.name === 'svc-1.service/worker:1')?.attributes).toEqual({
        exe: '/usr/bin/worker-1',
      });
    });

    it('gives back the same after sealing, and after sealing again', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 130 });
      await store.samples.append('a', ticks);
      await store.samples.seal('a');
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
      await store.samples.seal('a');
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
    });

    it('stores a tick once, however often it is appended', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 70 });
      await store.samples.append('a', ticks);
      expect(await store.samples.append('a', ticks)).toEqual({ stored: 0, repeated: 70 });
      await store.samples.seal('a');
      expect(await store.samples.append('a', ticks.slice(3, 9))).toEqual({
        stored: 0,
        repeated: 6,
      });
      const more = exampleTicks({ count: 72 });
      expect(await store.samples.append('a', more)).toEqual({ stored: 2, repeated: 70 });
      expect(await readTicks(store)).toHaveLength(72);
    });

    it('stores a tick once when it is given twice in one call', async () => {
      const { store } = await fresh();
      const [tick] = exampleTicks({ count: 1 }) as [Tick];
      expect(await store.samples.append('a', [tick, tick])).toEqual({ stored: 1, repeated: 1 });
      expect(await readTicks(store)).toEqual([comparable(tick)]);
    });

    it('puts late ticks where they belong, also into a slot that was sealed', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 200 });
      const late = ticks.filter((_, i) => i % 10 === 4);
      await store.samples.append(
        'a',
        ticks.filter((_, i) => i % 10 !== 4),
      );
      await store.samples.seal('a');
      await store.samples.append('a', late);
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
      await store.samples.seal('a');
      expect(await readTicks(store)).toEqual(ticks.map(comparable));
    });

    it('reads half-open ranges', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 150 });
      await store.samples.append('a', ticks);
      for (const [from, to] of [
        [0, 1],
        [30, 90],
        [59, 61],
        [149, 150],
        [120, 120],
      ] as const) {
        const range = { from: EXAMPLE_START + from * 1000, to: EXAMPLE_START + to * 1000 };
        expect(await readTicks(store, { range })).toEqual(ticks.slice(from, to).map(comparable));
      }
      const range = { from: EXAMPLE_START - 500, to: EXAMPLE_START + 500 };
      expect(await readTicks(store, { range })).toEqual(ticks.slice(0, 1).map(comparable));
    });

    it('reads one recording, one host, chosen sources', async () => {
      const { store } = await fresh();
      const alpha = exampleTicks({ count: 20 });
      const beta = exampleTicks({ count: 20, host: 'beta', seed: 2 });
      await store.samples.append(
        'a',
        [...alpha, ...beta].sort((x, y) => x.ts - y.ts),
      );
      await store.samples.append('b', exampleTicks({ count: 5, boot: 'boot-2', seed: 3 }));
      expect(await readTicks(store, { recording: 'a', host: 'beta' })).toEqual(
        beta.map(comparable),
      );
      expect(await readTicks(store, { recording: 'b' })).toHaveLength(5);
      expect(await readTicks(store, { recording: 'none' })).toEqual([]);
      const sources = [{ kind: 'process', name: 'svc-1.service/worker:1' }] as const;
      const blocks = await readBlocks(store, { recording: 'a', host: 'alpha', sources });
      expect(blocks.reduce((sum, block) => sum + block.seq.length, 0)).toBe(20);
      expect(new Set(blocks.flatMap((block) => block.sources.map((s) => s.name)))).toEqual(
        new Set(['svc-1.service/worker:1']),
      );
      const expected = alpha.reduce(
        (sum, tick) =>
          sum + (tick.samples.find((s) => s.name === sources[0].name)?.values.size ?? 0),
        0,
      );
      expect(blocks.reduce((sum, block) => sum + block.values.length, 0)).toBe(expected);
    });

    it('hands out hosts one after the other, each ascending in time', async () => {
      const { store } = await fresh();
      const alpha = exampleTicks({ count: 70 });
      const beta = exampleTicks({ count: 70, host: 'beta' });
      await store.samples.append(
        'a',
        [...beta, ...alpha].sort((x, y) => x.ts - y.ts),
      );
      expect(await readTicks(store)).toEqual([...alpha, ...beta].map(comparable));
    });

    it('hands out a tick once that stands in two recordings', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 90 });
      await store.samples.append('a', ticks.slice(0, 60));
      await store.samples.append('b', ticks.slice(30));
      expect(await readTicks(store, { host: 'alpha' })).toEqual(ticks.map(comparable));
    });

    it('keeps boots and backends apart within one minute', async () => {
      const { store } = await fresh();
      const before = exampleTicks({ count: 20 });
      const after = exampleTicks({ count: 20, from: EXAMPLE_START + 25_000, boot: 'boot-2' });
      await store.samples.append('a', before);
      await store.samples.append('a', after);
      await store.samples.seal('a');
      expect(await readTicks(store)).toEqual([...before, ...after].map(comparable));
      for (const block of await readBlocks(store)) {
        expect(block.seq.length).toBe(20);
      }
    });

    it('keeps blocks at or under 8 MB', async () => {
      const { store } = await fresh();
      const values = new Map(Array.from({ length: 20_000 }, (_, i) => [`custom.m${i}`, i % 50]));
      const ticks = exampleTicks({ count: 60 }).map((tick) => ({
        ...tick,
        samples: [{ kind: 'custom' as const, name: 'wide', values }],
      }));
      await store.samples.append('a', ticks);
      await store.samples.seal('a');
      const blocks = await readBlocks(store);
      expect(blocks.length).toBeGreaterThan(1);
      for (const block of blocks) expect(blockBytes(block)).toBeLessThanOrEqual(MOST_BLOCK_BYTES);
      expect(blocks.reduce((sum, block) => sum + block.values.length, 0)).toBe(60 * 20_000);
    });

    it('knows what it holds', async () => {
      const { store } = await fresh();
      await store.samples.append('b', exampleTicks({ count: 10, host: 'beta' }));
      await store.samples.append('a', exampleTicks({ count: 61 }));
      await store.samples.append('a', exampleTicks({ count: 3, host: 'aleph' }));
      const infos = await store.samples.recordings();
      expect(infos.map(({ name, host, ticks }) => [name, host, ticks])).toEqual([
        ['a', 'aleph', 3],
        ['a', 'alpha', 61],
        ['b', 'beta', 10],
      ]);
      const alpha = infos[1];
      expect(alpha?.to).toBe(EXAMPLE_START + 60_000);
      expect(Math.abs((alpha?.from ?? 0) - (EXAMPLE_START - 1000))).toBeLessThanOrEqual(1);
      expect(alpha?.sources).toBe(4);
      expect(alpha?.lost).toBe(8);
    });

    it('forgets a recording that is removed, and only that', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 70 });
      await store.samples.append('a', ticks);
      await store.samples.append('ab', ticks);
      expect(await store.samples.remove('a')).toBe(true);
      expect(await store.samples.remove('a')).toBe(false);
      expect((await store.samples.recordings()).map((info) => info.name)).toEqual(['ab']);
      expect(await readTicks(store, { recording: 'a' })).toEqual([]);
      expect(await readTicks(store, { recording: 'ab' })).toHaveLength(70);
      expect(await store.samples.append('a', ticks)).toEqual({ stored: 70, repeated: 0 });
    });

    it.each([
      ['NaN', (t: Tick) => ({ ...t, samples: [sampleWith(Number.NaN)] })],
      ['Infinity', (t: Tick) => ({ ...t, samples: [sampleWith(Number.POSITIVE_INFINITY)] })],
      ['a fraction of a millisecond', (t: Tick) => ({ ...t, ts: t.ts + 0.5 })],
      ['a negative sequence number', (t: Tick) => ({ ...t, seq: -1 })],
      ['an interval that is no number', (t: Tick) => ({ ...t, intervalNs: Number.NaN })],
    ])('refuses ticks with %s and stores none of the call', async (_, spoil) => {
      const { store } = await fresh();
      const [good, bad] = exampleTicks({ count: 2 }) as [Tick, Tick];
      await expect(store.samples.append('a', [good, spoil(bad)])).rejects.toMatchObject({
        code: 'STORE-1006',
        exitCode: 2,
      });
      expect(await readTicks(store)).toEqual([]);
      expect(await store.samples.recordings()).toEqual([]);
    });

    it('refuses ticks that go back in time within a call', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 2 }).reverse();
      await expect(store.samples.append('a', ticks)).rejects.toMatchObject({ code: 'STORE-1006' });
    });

    it.each(['', 'x'.repeat(201), 'a\nb', 'a\0b'])(
      'refuses the recording name %j',
      async (name) => {
        const { store } = await fresh();
        const appending = store.samples.append(name, exampleTicks({ count: 1 }));
        await expect(appending).rejects.toMatchObject({ code: 'STORE-1008' });
      },
    );

    it.each(['a/b', '$where', 'a.b', 'Ω – nightly run', '__proto__'])(
      'takes the recording name %j',
      async (name) => {
        const { store } = await fresh();
        await store.samples.append(name, exampleTicks({ count: 2 }));
        expect(await readTicks(store, { recording: name })).toHaveLength(2);
      },
    );

    it('keeps metrics whose names are difficult for databases', async () => {
      const { store } = await fresh();
      const names = ['a.b', 'a.b.c', '$set', '__proto__', 'a\0b', 'ünï', ''];
      const values = new Map(names.map((name, i) => [name, i + 0.25]));
      const [tick] = exampleTicks({ count: 1 }) as [Tick];
      const odd = { ...tick, samples: [{ kind: 'custom' as const, name: '$odd. name', values }] };
      await store.samples.append('a', [odd]);
      await store.samples.seal('a');
      const [block] = await readBlocks(store);
      expect(block?.series.map((s) => s.metric).sort()).toEqual([...names].sort());
    });

    it('keeps doubles to the last bit', async () => {
      const { store } = await fresh();
      const numbers = [0.1, -0, 1e300, 5e-324, 2 ** 53, -(2 ** 53), 1 / 3, Number.MAX_VALUE];
      const ticks = exampleTicks({ count: numbers.length }).map((tick, i) => ({
        ...tick,
        samples: [sampleWith(numbers[i] as number)],
      }));
      await store.samples.append('a', ticks);
      await store.samples.seal('a');
      const values = (await readBlocks(store)).flatMap((block) => [...block.values]);
      expect(values.map((v, i) => Object.is(v, numbers[i]))).toEqual(numbers.map(() => true));
    });

    stepContract(fresh);

    it('stops reading when it is told to', async () => {
      const { store } = await fresh();
      await store.samples.append('a', exampleTicks({ count: 300 }));
      const stop = new AbortController();
      let blocks = 0;
      const reading = (async () => {
        for await (const _ of store.samples.read({}, { signal: stop.signal })) {
          blocks++;
          stop.abort(new Error('enough'));
        }
      })();
      await expect(reading).rejects.toThrow('enough');
      expect(blocks).toBe(1);
    });

    it('reads a recording that grows meanwhile without repeats', async () => {
      const { store } = await fresh();
      const ticks = exampleTicks({ count: 240 });
      await store.samples.append('a', ticks.slice(0, 130));
      const seen: number[] = [];
      for await (const block of store.samples.read({})) {
        seen.push(...block.seq);
        const next = ticks.slice(130 + seen.length / 2, 131 + seen.length / 2);
        if (next[0]) await store.samples.append('a', next);
        await store.samples.seal('a');
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual([...seen].sort((x, y) => x - y));
      expect(seen.length).toBeGreaterThanOrEqual(130);
    });

    it('agrees with a list of ticks under any order of appends, seals and reads', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.oneof(
              fc.record({
                kind: fc.constant('append' as const),
                at: fc.nat(199),
                count: fc.integer({ min: 1, max: 40 }),
              }),
              fc.record({ kind: fc.constant('seal' as const) }),
            ),
            { minLength: 1, maxLength: 8 },
          ),
          async (steps) => {
            const { store, dispose } = await openFresh();
            try {
              const all = exampleTicks({ count: 240, sources: 2, intervalMs: 1700 });
              const held = new Map<number, Tick>();
              for (const step of steps) {
                if (step.kind === 'seal') await store.samples.seal('a');
                else {
                  const batch = all.slice(step.at, step.at + step.count);
                  const fresh = batch.filter((tick) => !held.has(tick.seq));
                  for (const tick of batch) held.set(tick.seq, tick);
                  expect(await store.samples.append('a', batch)).toEqual({
                    stored: fresh.length,
                    repeated: batch.length - fresh.length,
                  });
                }
              }
              const expected = [...held.values()].sort((a, b) => a.seq - b.seq).map(comparable);
              expect(await readTicks(store)).toEqual(expected);
            } finally {
              await dispose();
            }
          },
        ),
        { numRuns: 15 },
      );
    });
  });
}

function sampleWith(value: number): Tick['samples'][number] {
  return { kind: 'custom', name: 'x', values: new Map([['value', value]]) };
}
