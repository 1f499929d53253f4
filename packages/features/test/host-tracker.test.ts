import { describe, expect, it } from 'vitest';
import { cut, syntheticTicks } from '../../score/test/synthetic-host.js';
import { HostTracker, type SourceProfile, type Timing } from '../src/index.js';

const profile: SourceProfile = {
  kind: 'process',
  name: 'web.service/web',
  features: [
    { metric: 'syscall.calls', type: 'counter', mean: 0, sd: 1, season: null },
    { metric: 'memory.rss', type: 'gauge', mean: 0, sd: 1, season: null },
    { metric: 'io.read.ops', type: 'counter', mean: 0, sd: 1, season: null },
  ],
  calls: ['read', 'write'],
  histograms: [],
  axes: null,
  forecast: null,
  sporadic: false,
};
const timing: Timing = { intervalMs: 1000, rowTicks: 10, shareTicks: 10, historyRows: 3 };

describe('a host tracker', () => {
  it('sums counters to a rate per second over the row, and averages gauges', () => {
    const ticks = syntheticTicks({ ticks: 25 });
    const tracker = new HostTracker([profile], timing);
    for (const block of cut(ticks, () => 7)) {
      for (let t = 0; t < block.ts.length; t++) tracker.advance(block, t);
    }
    const last = ticks.slice(-10).map(({ samples }) => samples[0]?.values ?? new Map());
    const calls = last.reduce(
      (sum, values) =>
        sum + [...values].reduce((a, [metric, v]) => a + (metric.endsWith('.calls') ? v : 0), 0),
      0,
    );
    const rss = last.reduce((sum, values) => sum + (values.get('memory.rss') ?? 0), 0);
    const [source] = tracker.sources;
    expect(source?.x[0]).toBeCloseTo(calls / 10, 9);
    expect(source?.x[1]).toBeCloseTo(rss / 10, 3);
    expect(source?.x[2]).toBe(0);
    expect(source?.rowKnown).toBe(true);
    expect(source?.windowKnown(2)).toBe(true);
    expect(source?.windowKnown(3)).toBe(false);
  });

  it('gives shares of calls whose squares sum to one, the unnamed ones together', () => {
    const tracker = new HostTracker([profile], timing);
    for (const block of cut(syntheticTicks({ ticks: 10 }), () => 10)) {
      for (let t = 0; t < block.ts.length; t++) tracker.advance(block, t);
    }
    const mix = tracker.sources[0]?.mix ?? new Float64Array(0);
    expect(mix).toHaveLength(3);
    expect(mix.reduce((sum, root) => sum + root * root, 0)).toBeCloseTo(1, 12);
    expect(mix[2]).toBeGreaterThan(0);
  });

  it('takes a missing gauge for unknown and a missing counter for zero', () => {
    const tracker = new HostTracker([profile], timing);
    const ticks = syntheticTicks({ ticks: 10, change: (_, tick) => tick.samples.splice(0, 1) });
    for (const block of cut(ticks, () => 10)) {
      for (let t = 0; t < block.ts.length; t++) tracker.advance(block, t);
    }
    const [source] = tracker.sources;
    expect(source?.x[0]).toBe(0);
    expect(source?.x[1]).toBeNaN();
    expect(source?.z[1]).toBe(0);
    expect(source?.active).toBe(false);
  });

  it('starts afresh after another boot and after a long gap, not after a short one', () => {
    const tracker = new HostTracker([profile], timing);
    const [first] = cut(syntheticTicks({ ticks: 20 }), () => 20);
    const [soon] = cut(syntheticTicks({ ticks: 1, from: 60 }), () => 1);
    const [late] = cut(syntheticTicks({ ticks: 1, from: 600 }), () => 1);
    if (!first || !soon || !late) throw new Error('expected blocks');
    expect(tracker.advance(first, 0)).toBe(true);
    for (let t = 1; t < 20; t++) expect(tracker.advance(first, t)).toBe(false);
    expect(tracker.advance(soon, 0)).toBe(false);
    expect(tracker.advance(late, 0)).toBe(true);
    expect(tracker.sources[0]?.rowKnown).toBe(false);
    expect(
      tracker.advance({ ...late, boot: 'boot-2', ts: late.ts.map((ts) => ts + 1000) }, 0),
    ).toBe(true);
  });
});
