import { metricInfo, type Tick } from '@ethogram/core';
import { EXAMPLE_START, exampleTicks } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeIntervals } from '../src/retention/merge-interval.js';

/** A tick without the metrics that the registry does not know: their means are rounded. */
function known(tick: Tick): unknown {
  return {
    ...tick,
    samples: tick.samples
      .map(({ kind, name, values, histograms }) => ({
        kind,
        name,
        values: Object.fromEntries([...values].filter(([m]) => metricInfo(m)).sort()),
        histograms: [...(histograms ?? [])].map(([m, h]) => [m, [...h.counts].sort()]),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

describe('mergeIntervals', () => {
  it('gives in steps what it gives at once', () => {
    const options = fc.record({
      count: fc.integer({ min: 1, max: 200 }),
      seed: fc.nat(1000),
      intervalMs: fc.constantFrom(700, 1000, 1900),
    });
    fc.assert(
      fc.property(options, (option) => {
        const ticks = exampleTicks({ ...option, sources: 3 });
        const steps = mergeIntervals(mergeIntervals(ticks, 10_000), 60_000);
        expect(steps.map(known)).toEqual(mergeIntervals(ticks, 60_000).map(known));
      }),
      { numRuns: 50 },
    );
  });

  it('leaves ticks alone that have their interval to themselves', () => {
    const ticks = exampleTicks({ count: 5, intervalMs: 60_000 });
    expect(mergeIntervals(ticks, 60_000)).toEqual(ticks);
  });

  it('never merges across a boot, nor changes what it is given', () => {
    const ticks = [
      ...exampleTicks({ count: 5 }),
      ...exampleTicks({ count: 5, boot: 'boot-2', from: EXAMPLE_START + 5000 }),
    ];
    const before = structuredClone(ticks);
    const merged = mergeIntervals(ticks, 60_000);
    expect(merged.map((tick) => [tick.boot, tick.seq])).toEqual([
      ['boot-1', 4],
      ['boot-2', 4],
    ]);
    expect(ticks).toEqual(before);
  });

  it('keeps the mean over time of what it does not know', () => {
    const [a, b] = exampleTicks({ count: 2 }) as [Tick, Tick];
    const custom = (tick: Tick, value: number, intervalNs: number): Tick => ({
      ...tick,
      intervalNs,
      samples: [{ kind: 'custom', name: 'x', values: new Map([['speed', value]]) }],
    });
    const [merged] = mergeIntervals([custom(a, 10, 3e9), custom(b, 20, 1e9)], 60_000);
    expect(merged?.samples[0]?.values.get('speed')).toBeCloseTo(12.5, 12);
  });
});
