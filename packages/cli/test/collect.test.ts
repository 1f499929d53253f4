import type { BackendDescription, SampleSource } from '@ethogram/collector';
import { manualClock, type Tick } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { describe, expect, test } from 'vitest';
import { holdCollectorLease, whoCollects } from '../src/collect/collector-lease.js';
import { IntervalControl } from '../src/collect/interval-control.js';
import { type MeasureSettings, measuredTicks } from '../src/collect/measured-ticks.js';
import { costAccount, costLimit } from '../src/collect/own-cost.js';

const description: BackendDescription = { backend: 'procfs', blind: [], limitations: [] };

function tick(seq: number): Tick {
  return {
    host: 'h',
    boot: 'b',
    seq,
    ts: seq * 1_000,
    intervalNs: 1e9,
    backend: 'procfs',
    blind: [],
    samples: [],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
  };
}

/** A collector that never ends by itself, and what was done with it. */
function fakeCollector(from = 0) {
  const state = { intervals: [] as number[], closed: 0, seq: from };
  const source: SampleSource = {
    description,
    async *ticks(signal) {
      while (!signal.aborted) yield tick(state.seq++);
      yield tick(state.seq++);
    },
    setInterval: (intervalMs) => state.intervals.push(intervalMs),
    close: () => {
      state.closed++;
      return Promise.resolve();
    },
  };
  return { state, source };
}

async function collectTicks(
  settings: Partial<MeasureSettings> & Pick<MeasureSettings, 'source' | 'limit'>,
  count: number,
): Promise<{ seqs: number[]; slower: number[] }> {
  const stop = new AbortController();
  const seqs: number[] = [];
  const slower: number[] = [];
  for await (const { seq } of measuredTicks({
    intervalMs: 1_000,
    signal: stop.signal,
    onSlower: (intervalMs) => slower.push(intervalMs),
    onFaster: (intervalMs) => slower.push(-intervalMs),
    cheaper: () => Promise.reject(new Error('there is nothing cheaper')),
    ...settings,
  })) {
    seqs.push(seq);
    if (seqs.length === count) stop.abort();
  }
  return { seqs, slower };
}

const DOUBLED = [2_000, 4_000, 8_000, 16_000, 32_000, 60_000];

describe('measuring', () => {
  test('goes on until it is told to stop, hands the last tick on, and closes the collector', async () => {
    const { state, source } = fakeCollector();
    const { seqs } = await collectTicks(
      { source, limit: { maxShare: 0.05, check: () => undefined } },
      5,
    );
    expect(seqs).toEqual([0, 1, 2, 3, 4, 5]);
    expect(state).toMatchObject({ intervals: [], closed: 1 });
  });

  test('doubles its interval each time it costs too much, up to a minute, and loads nothing anew', async () => {
    const { state, source } = fakeCollector();
    let looks = 0;
    const limit = { maxShare: 0.05, check: () => (looks++ < DOUBLED.length ? 0.2 : undefined) };
    const { seqs, slower } = await collectTicks({ source, limit }, 40);
    expect(slower).toEqual(DOUBLED);
    expect(state).toMatchObject({ intervals: DOUBLED, closed: 1 });
    expect(seqs).toEqual(seqs.map((_, i) => i));
  });

  test('detaches where a minute costs too much still, goes on with something cheaper, and loses no tick', async () => {
    const [first, second] = [fakeCollector(), fakeCollector(8)];
    const asked: number[][] = [];
    let looks = 0;
    const { seqs } = await collectTicks(
      {
        source: first.source,
        limit: { maxShare: 0.05, check: () => (looks++ <= DOUBLED.length ? 0.2 : undefined) },
        cheaper: async (intervalMs, share) => {
          expect(first.state.closed).toBe(1);
          asked.push([intervalMs, share]);
          return second.source;
        },
      },
      20,
    );
    expect(asked).toEqual([[60_000, 0.2]]);
    expect(seqs).toEqual(seqs.map((_, i) => i));
    expect(second.state.closed).toBe(1);
  });

  test('ends with an error where nothing is cheaper', async () => {
    const { state, source } = fakeCollector();
    const running = collectTicks({ source, limit: { maxShare: 0.05, check: () => 0.2 } }, 100);
    await expect(running).rejects.toThrow('there is nothing cheaper');
    expect(state.closed).toBe(1);
  });
});

describe('the interval', () => {
  /** Intervals after each window, where measuring costs `share` at a second and less at longer ones. */
  function intervals(control: IntervalControl, shares: readonly number[]): number[] {
    return shares.map((share) => {
      control.after((share * 1_000) / control.intervalMs);
      return control.intervalMs;
    });
  }
  const times = (count: number, share: number) => Array.from({ length: count }, () => share);

  test('is what was asked for again once a flood is over', () => {
    const control = new IntervalControl(1_000, 0.05);
    expect(intervals(control, times(3, 0.15)).at(-1)).toBe(4_000);
    const after = intervals(control, times(20, 0.02));
    expect(after.slice(0, 8)).toEqual([4_000, 4_000, 4_000, 2_000, 2_000, 2_000, 2_000, 1_000]);
    expect(new Set(after.slice(8))).toEqual(new Set([1_000]));
  });

  test('comes back from the longest one, in the steps that led there', () => {
    const control = new IntervalControl(1_000, 0.05);
    expect(DOUBLED.map(() => control.after(1) && control.intervalMs)).toEqual(DOUBLED);
    expect(control.after(1)).toBe('costly');
    const after = intervals(control, times(40, 0.001));
    expect([...new Set(after)]).toEqual([60_000, 32_000, 16_000, 8_000, 4_000, 2_000, 1_000]);
  });

  test('stays where half of it would cost too much, and is tried ever more rarely at the edge', () => {
    const steady = new IntervalControl(1_000, 0.05);
    expect(new Set(intervals(steady, times(200, 0.06)))).toEqual(new Set([2_000]));
    // Half of the limit at two seconds, but more than the limit at one: a fixed part of the cost aside.
    const edge = new IntervalControl(1_000, 0.05);
    let changes = 0;
    for (let window = 0; window < 1_000; window++) {
      if (edge.after(edge.intervalMs === 1_000 ? 0.06 : 0.02)) changes++;
    }
    expect(edge.intervalMs).toBe(2_000);
    expect(changes).toBeLessThan(30);
  });

  test('of a source is halved again when it has become cheap', async () => {
    const { state, source } = fakeCollector();
    let looks = 0;
    const limit = { maxShare: 0.05, check: () => (looks++ < 2 ? 0.2 : 0.001) };
    const { slower } = await collectTicks({ source, limit }, 40);
    expect(slower).toEqual([2_000, 4_000, -2_000, -1_000]);
    expect(state.intervals).toEqual([2_000, 4_000, 2_000, 1_000]);
  });
});

describe('the account of own cost', () => {
  test('leaves out what is done once', () => {
    let usedMs = 100;
    const account = costAccount(() => usedMs);
    const beforeMs = account.cpuMs();
    usedMs += 5_000;
    account.leaveOut(account.cpuMs() - beforeMs);
    usedMs += 7;
    expect(account.cpuMs() - beforeMs).toBe(7);
  });
});

describe('the limit of own cost', () => {
  test('looks at shares of a processor over 30 s and starts anew after each', () => {
    const clock = manualClock(0);
    let cpuMs = 0;
    const limit = costLimit(
      0.05,
      () => clock.monotonicNs(),
      () => cpuMs,
    );
    const after = (ms: number, used: number) => {
      clock.advance(ms);
      cpuMs += used;
      return limit.check();
    };
    expect(limit.maxShare).toBe(0.05);
    expect(after(10_000, 9_000)).toBeUndefined();
    expect(after(20_000, 0)).toBeCloseTo(0.3);
    expect(after(30_000, 1_000)).toBeCloseTo(0.033, 3);
    expect(after(60_000, 6_000)).toBeCloseTo(0.1);
  });
});

describe('the right to collect', () => {
  test('is held by one, seen by others, and given back', async () => {
    const clock = manualClock(0);
    const store = await openStore('memory:', { mode: 'write', clock });
    const lease = await holdCollectorLease(store, 'h', 'live now', 1_000, clock);
    expect(await whoCollects(store, 'h')).toEqual({ pid: process.pid, recording: 'live now' });
    await expect(holdCollectorLease(store, 'h', 'other', 1_000, clock)).rejects.toMatchObject({
      code: 'CLI-1011',
    });
    clock.advance(14_000);
    await lease.renew(1_000);
    clock.advance(14_000);
    expect(await whoCollects(store, 'h')).toBeDefined();
    await lease.release();
    await lease.release();
    expect(await whoCollects(store, 'h')).toBeUndefined();
  });

  test('holds for three ticks, however long --max-cpu has made them', async () => {
    const clock = manualClock(0);
    const store = await openStore('memory:', { mode: 'write', clock });
    const lease = await holdCollectorLease(store, 'h', 'live', 1_000, clock);
    for (const tickMs of [8_000, 16_000, 32_000, 60_000]) {
      clock.advance(tickMs);
      expect(await whoCollects(store, 'h'), `${tickMs} ms`).toBeDefined();
      await lease.renew(tickMs);
    }
    clock.advance(60_000);
    expect(await whoCollects(store, 'h')).toBeDefined();
    await lease.release();
  });

  test('of a process that has died is taken over at once', async () => {
    const clock = manualClock(0);
    const store = await openStore('memory:', { mode: 'write', clock });
    // The largest pid that Linux allows is 2^22: this one cannot run.
    await store.leases.acquire('collector:h', `pid ${2 ** 22 + 1} recording live`, 60_000);
    expect(await whoCollects(store, 'h')).toBeUndefined();
    const lease = await holdCollectorLease(store, 'h', 'live', 1_000, clock);
    expect(await whoCollects(store, 'h')).toEqual({ pid: process.pid, recording: 'live' });
    await lease.release();
  });

  test('that another took while this one stalled is an error, and stays the other’s', async () => {
    const clock = manualClock(0);
    const store = await openStore('memory:', { mode: 'write', clock });
    const stalled = await holdCollectorLease(store, 'h', 'live', 1_000, clock, 'one');
    clock.advance(20_000);
    const other = await holdCollectorLease(store, 'h', 'live', 1_000, clock, 'two');
    await expect(stalled.renew(1_000)).rejects.toMatchObject({ code: 'CLI-1011' });
    await stalled.release();
    expect((await store.leases.get('collector:h'))?.holder).toContain('at two');
    clock.advance(10_000);
    await other.renew(1_000);
  });

  test('of a process on another machine of that name, or in another container, holds until it ends', async () => {
    const clock = manualClock(0);
    const store = await openStore('memory:', { mode: 'write', clock });
    // No pid of this machine says whether that one runs.
    await store.leases.acquire('collector:h', `pid ${2 ** 22 + 1} at two recording live`, 15_000);
    const hold = () => holdCollectorLease(store, 'h', 'live', 1_000, clock, 'one');
    await expect(hold()).rejects.toMatchObject({
      code: 'CLI-1011',
      message: expect.stringContaining('at two'),
    });
    expect(await whoCollects(store, 'h', 'one')).toBeUndefined();
    clock.advance(16_000);
    const lease = await hold();
    expect(await whoCollects(store, 'h', 'one')).toEqual({ pid: process.pid, recording: 'live' });
    await lease.release();
  });
});
