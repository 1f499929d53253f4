import type { Block } from '@ethogram/core';
import { describe, expect, it } from 'vitest';
import { HostTracker, prepareViews, type SourceProfile, type ViewParts } from '../src/index.js';

const profile: SourceProfile = {
  kind: 'custom',
  name: 'machine',
  features: [{ metric: 'load', type: 'gauge', mean: 0, sd: 1, season: null }],
  calls: [],
  histograms: [],
  axes: null,
  forecast: null,
  sporadic: false,
};
const parts: ViewParts = {
  axes: null,
  level: null,
  slow: {},
  forecast: null,
  joint: null,
  mix: null,
  distribution: null,
  shape: null,
};

function column(values: readonly number[]): Block {
  const rows = values.length;
  return {
    host: 'h',
    boot: 'b',
    backend: 'import',
    blind: [],
    sources: [{ kind: 'custom', name: 'machine' }],
    series: [{ source: 0, metric: 'load' }],
    seq: Float64Array.from({ length: rows }, (_, i) => i),
    ts: Float64Array.from({ length: rows }, (_, i) => (i + 1) * 60_000),
    intervalNs: new Float64Array(rows).fill(6e10),
    rowStart: Uint32Array.from({ length: rows + 1 }, (_, i) => i),
    seriesIndex: new Uint32Array(rows),
    values: Float64Array.from(values),
    links: new Map(),
    linkSnapshots: new Set(),
    markers: new Map(),
    lost: new Map(),
  };
}

describe('the slow view', () => {
  it('speaks from the tenth row on, over what there is, and over thirty rows later', () => {
    const timing = { intervalMs: 60_000, rowTicks: 1, shareTicks: 1, historyRows: 40 };
    const tracker = new HostTracker([profile], timing);
    const [view] = prepareViews(parts);
    const [source] = tracker.sources;
    if (!view || !source) throw new Error('expected a view and a source');
    const values = Array.from({ length: 50 }, (_, i) => Math.sin(i) * (i % 7));
    const block = column(values);
    for (let t = 0; t < values.length; t++) {
      tracker.advance(block, t);
      const last = values.slice(Math.max(0, t - 29), t + 1);
      const expected = last.reduce((sum, x) => sum + x * x, 0) / last.length;
      if (t < 9) expect(view.distance(source)).toBeNaN();
      else expect(view.distance(source)).toBeCloseTo(expected, 12);
    }
  });
});
