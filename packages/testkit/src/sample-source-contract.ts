import type { Limitation, SampleSource } from '@ethogram/collector';
import {
  type Histogram,
  metricInfo,
  packTicks,
  type SourceSample,
  sourceKey,
  type Tick,
  unpackTicks,
} from '@ethogram/core';
import { afterEach, describe, expect, it } from 'vitest';

/** What the contract needs of a backend. */
export interface SampleSourceSubject {
  /** Opens a fresh source that gives several ticks a second. */
  open(): Promise<SampleSource>;
  /** Whether it measures this host, and so goes on until it is told to stop; false for replay. */
  readonly endless: boolean;
}

/** How many ticks are looked at. */
const SOME_TICKS = 4;

/**
 * The contract of a source of ticks, as tests: every backend passes it.
 * @param name of the backend, for the names of the tests.
 */
export function sampleSourceContract(name: string, subject: SampleSourceSubject): void {
  describe(`the ${name} backend keeps the contract of a source of ticks`, () => {
    const opened: SampleSource[] = [];
    const open = async (): Promise<SampleSource> => {
      const source = await subject.open();
      opened.push(source);
      return source;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((source) => source.close()));
    });

    it('says what it is, and gives a code, a reason and a remedy for each limitation', async () => {
      const { description } = await open();
      expect(['ebpf', 'procfs', 'replay', 'dtrace']).toContain(description.backend);
      expect(new Set(description.blind).size).toBe(description.blind.length);
      for (const limitation of description.limitations) expectLimitation(limitation);
    });

    it('gives ticks of one host whose numbers count up by one', async () => {
      const ticks = await take(await open(), SOME_TICKS);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      for (const [at, tick] of ticks.entries()) {
        const before = ticks[at - 1];
        expect(Number.isSafeInteger(tick.seq) && tick.seq >= 0).toBe(true);
        expect(Number.isSafeInteger(tick.ts)).toBe(true);
        expect(Number.isSafeInteger(tick.intervalNs) && tick.intervalNs > 0).toBe(true);
        if (before) {
          expect([tick.host, tick.boot, tick.seq]).toEqual([
            before.host,
            before.boot,
            before.seq + 1,
          ]);
          expect(tick.ts).toBeGreaterThanOrEqual(before.ts);
        }
      }
    });

    it('gives each source once in a tick, under a name that is safe to print', async () => {
      for (const tick of await take(await open(), SOME_TICKS)) {
        const keys = tick.samples.map(sourceKey);
        expect(new Set(keys).size).toBe(keys.length);
        for (const key of keys) expect(key).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }
    });

    it('gives integers that are not negative, zeros for gauges only, under known names', async () => {
      for (const tick of await take(await open(), SOME_TICKS)) {
        for (const sample of tick.samples) expectSample(sample);
      }
    });

    it('gives nothing of the families it says it cannot see', async () => {
      for (const tick of await take(await open(), SOME_TICKS)) {
        const metrics = tick.samples.flatMap((sample) => [
          ...sample.values.keys(),
          ...(sample.histograms?.keys() ?? []),
        ]);
        for (const family of tick.blind) {
          const seen = metrics.filter((m) => m === family || m.startsWith(`${family}.`));
          expect(seen, `${family} is said to be invisible`).toEqual([]);
        }
      }
    });

    it('counts losses by cause, in positive integers', async () => {
      for (const tick of await take(await open(), SOME_TICKS)) {
        for (const [cause, count] of Object.entries(tick.lost)) {
          expect(cause).toMatch(/^[a-z][a-z0-9.-]*$/);
          expect(Number.isSafeInteger(count) && count > 0, `${cause}: ${count}`).toBe(true);
        }
      }
    });

    it('gives links as deltas between named ends', async () => {
      for (const tick of await take(await open(), SOME_TICKS)) {
        for (const link of tick.links) {
          expect(link.from.name).not.toBe('');
          expect(link.to.name).not.toBe('');
          for (const count of [link.opened, link.closed, link.events, link.bytes]) {
            expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
          }
        }
      }
    });

    it('gives ticks that a block holds without loss', async () => {
      const ticks = await take(await open(), SOME_TICKS);
      const back = unpackTicks(packTicks(ticks));
      expect(back.map(summary)).toEqual(ticks.map(summary));
    });

    it('gives no tick when it is told to stop before it starts', async () => {
      const source = await open();
      const ticks: Tick[] = [];
      for await (const tick of source.ticks(AbortSignal.abort())) ticks.push(tick);
      expect(ticks).toEqual([]);
    });

    it('ends normally, with at most one more tick, when it is told to stop', async () => {
      const source = await open();
      const stop = new AbortController();
      let after = 0;
      for await (const _ of source.ticks(stop.signal)) {
        if (stop.signal.aborted) after++;
        stop.abort();
      }
      expect(after).toBe(subject.endless ? 1 : 0);
    });

    it('may be left in the middle and closed, more than once', async () => {
      const source = await open();
      for await (const _ of source.ticks(new AbortController().signal)) break;
      await source.close();
      await expect(source.close()).resolves.toBeUndefined();
    });

    it('ends normally when it is closed while somebody waits for a tick', async () => {
      const source = await open();
      const ticks = source.ticks(new AbortController().signal)[Symbol.asyncIterator]();
      expect((await ticks.next()).done).toBe(false);
      const waiting = ticks.next();
      await source.close();
      await waiting;
      expect((await ticks.next()).done).toBe(true);
    });
  });
}

async function take(source: SampleSource, count: number): Promise<Tick[]> {
  const stop = new AbortController();
  const ticks: Tick[] = [];
  for await (const tick of source.ticks(stop.signal)) {
    ticks.push(tick);
    if (ticks.length === count) break;
  }
  return ticks;
}

function expectLimitation(limitation: Limitation): void {
  expect(limitation.code).toMatch(/^[A-Z]+-\d{4}$/);
  expect(limitation.reason).not.toBe('');
  expect(limitation.remedy).not.toBe('');
}

function expectSample(sample: SourceSample): void {
  for (const [metric, value] of sample.values) {
    const where = `${sourceKey(sample)} ${metric} = ${value}`;
    expect(Number.isSafeInteger(value) && value >= 0, where).toBe(true);
    if (sample.kind === 'custom') continue;
    const info = metricInfo(metric);
    expect(info?.kind, where).toBe(sample.kind);
    if (info?.type === 'counter') expect(value, where).toBeGreaterThan(0);
  }
  for (const [metric, { counts }] of sample.histograms ?? []) {
    for (const [bucket, count] of counts) {
      const where = `${sourceKey(sample)} ${metric}[${bucket}] = ${count}`;
      expect(Number.isSafeInteger(bucket) && Number.isSafeInteger(count) && count > 0, where).toBe(
        true,
      );
    }
  }
}

/** A tick without what a block need not keep: the order of samples, and samples without values. */
function summary(tick: Tick) {
  const histograms = (sample: SourceSample) =>
    [...(sample.histograms ?? [])].map(([metric, { scheme, counts }]: [string, Histogram]) => [
      metric,
      scheme,
      [...counts].sort(([a], [b]) => a - b),
    ]);
  const samples = tick.samples
    .filter((sample) => sample.values.size + (sample.histograms?.size ?? 0) > 0)
    .map((sample) => [sourceKey(sample), [...sample.values].sort(), histograms(sample).sort()]);
  return { ...tick, samples: samples.sort() };
}
