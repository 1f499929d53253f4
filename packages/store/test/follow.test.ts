import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@ethogram/core';
import { EXAMPLE_START, exampleTicks, quietTick } from '@ethogram/testkit';
import { describe, expect, it } from 'vitest';
import { follow } from '../src/follow.js';
import { listSources } from '../src/list-sources.js';
import { openStore } from '../src/open-store.js';

describe('follow', () => {
  it('hands out every tick once, those stored before and those stored meanwhile', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    const ticks = exampleTicks({ count: 100 });
    await store.samples.append('live', ticks.slice(0, 40));
    const stop = new AbortController();
    const clock = manualClock(0);
    let at = 40;
    const writing = {
      ...clock,
      sleep: async (ms: number) => {
        await store.samples.append('live', ticks.slice(at, at + 7));
        at += 7;
        if (at > 110) stop.abort();
        await clock.sleep(ms);
      },
    };
    const seen: number[] = [];
    for await (const block of follow(
      store.samples,
      { recording: 'live' },
      { signal: stop.signal, clock: writing },
    )) {
      seen.push(...block.seq);
    }
    expect(seen).toEqual(ticks.map((tick) => tick.seq));
  });

  it('begins and ends with the range', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    await store.samples.append('live', exampleTicks({ count: 100 }));
    const range = { from: EXAMPLE_START + 10_000, to: EXAMPLE_START + 20_000 };
    const seen: number[] = [];
    const options = { signal: new AbortController().signal, clock: manualClock(0) };
    for await (const block of follow(store.samples, { range }, options)) {
      seen.push(...block.seq);
      if (seen.length >= 10) break;
    }
    expect(seen).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it.each(['memory:', 'lmdb:'])(
    'goes on where the clock was set back, and hands no tick out twice (%s)',
    async (driver) => {
      const folder = mkdtempSync(join(tmpdir(), 'ethogram-follow-'));
      const uri = driver === 'memory:' ? driver : `lmdb:${folder}`;
      const store = await openStore(uri, { mode: 'write' });
      const tickAt = (seq: number, second: number) =>
        quietTick(seq, EXAMPLE_START + second * 1000, []);
      // Two minutes; then the clock is set back by half of one, and goes on from there and beyond.
      const before = Array.from({ length: 120 }, (_, i) => tickAt(1000 + i, i));
      const after = Array.from({ length: 90 }, (_, i) => tickAt(1120 + i, 90.5 + i));
      await store.samples.append('live', before);
      const stop = new AbortController();
      let polls = 0;
      let now = EXAMPLE_START + 119_200;
      const clock = {
        ...manualClock(0),
        nowMs: () => now,
        sleep: async () => {
          // The first looks find nothing new, the later ones a tick each, then nothing again.
          const tick = after[polls++ - 3];
          if (tick) now = tick.ts + 200;
          if (tick) await store.samples.append('live', [tick]);
          if (polls > after.length + 6) stop.abort();
        },
      };
      const seen: number[] = [];
      const steps: number[] = [];
      const options = {
        signal: stop.signal,
        clock,
        onStepBack: (from: number) => steps.push(from),
      };
      for await (const block of follow(store.samples, { recording: 'live' }, options)) {
        seen.push(...block.seq);
      }
      expect(seen).toEqual([...before, ...after].map(({ seq }) => seq));
      expect(steps).toEqual([after[0]?.ts]);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  );

  it('ends at once when the signal was aborted before', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    await store.samples.append('live', exampleTicks({ count: 1 }));
    const blocks = follow(store.samples, {}, { signal: AbortSignal.abort() });
    expect(await blocks.next()).toEqual({ done: true, value: undefined });
  });
});

describe('listSources', () => {
  it('says of each source how many metrics and ticks it has', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    const ticks = exampleTicks({ count: 200 });
    await store.samples.append('a', ticks);
    const list = await listSources(store.samples, { recording: 'a' });
    expect(list.map(({ source }) => source.name)).toEqual(
      [0, 1, 2, 3].map((s) => `svc-${s}.service/worker:${s}`),
    );
    for (const summary of list) {
      const own = ticks.flatMap((t) => t.samples.filter((s) => s.name === summary.source.name));
      const metrics = own.flatMap((s) => [...s.values.keys(), ...(s.histograms?.keys() ?? [])]);
      expect(summary.ticks).toBe(own.length);
      expect(summary.activeShare).toBe(own.length / 200);
      expect(summary.metrics).toBe(new Set(metrics).size);
    }
  });

  it('counts a source that is there and does nothing as inactive', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    const [tick] = exampleTicks({ count: 1 });
    if (!tick) throw new Error('expected a tick');
    const idle = {
      kind: 'process',
      name: 'idle',
      values: new Map([['memory.rss', 4096]]),
    } as const;
    await store.samples.append('a', [{ ...tick, samples: [idle] }]);
    const [summary] = await listSources(store.samples, { recording: 'a' });
    expect(summary).toMatchObject({ ticks: 1, activeShare: 0 });
  });
});
