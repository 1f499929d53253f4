import { type Block, seededRng } from '@ethogram/core';
import { seasonValue, unpackMatrix } from '@ethogram/features';
import type { Model } from '@ethogram/model';
import { describe, expect, it } from 'vitest';
import { train } from '../src/index.js';

const STEP_MS = 300_000;
const DAY_STEPS = 288;

/** Days of one imported source: `daily` follows the clock, `noise` does not, `echo` follows `daily`. */
function days(count: number, seed: number): Block {
  const rng = seededRng(seed);
  const rows = count * DAY_STEPS;
  const values = new Float64Array(rows * 3);
  let before = 0;
  for (let t = 0; t < rows; t++) {
    const gauss = (): number => rng.next() + rng.next() + rng.next() - 1.5;
    const daily = 50 + 20 * Math.sin((2 * Math.PI * t) / DAY_STEPS) + gauss();
    values.set([daily, 5 + gauss(), 100 + 2 * before + 0.2 * gauss()], t * 3);
    before = daily;
  }
  return {
    host: 'made-up',
    boot: 'made-up',
    backend: 'import',
    blind: [],
    sources: [{ kind: 'custom', name: 'machine' }],
    series: ['daily', 'noise', 'echo'].map((metric) => ({ source: 0, metric })),
    seq: Float64Array.from({ length: rows }, (_, i) => i),
    ts: Float64Array.from({ length: rows }, (_, i) => (i + 1) * STEP_MS),
    intervalNs: new Float64Array(rows).fill(STEP_MS * 1e6),
    rowStart: Uint32Array.from({ length: rows + 1 }, (_, i) => 3 * i),
    seriesIndex: Uint32Array.from({ length: rows * 3 }, (_, i) => i % 3),
    values,
    links: new Map(),
    linkSnapshots: new Set(),
    markers: new Map(),
    lost: new Map(),
  };
}

async function learned(block: Block): Promise<Model> {
  const to = (block.ts[block.ts.length - 1] as number) + 1;
  return train(
    async function* () {
      yield block;
    },
    { name: 'days', seed: 1, window: { from: 0, to, exclude: [] } },
    { learnGraph: null },
  );
}

describe('a window of many days', () => {
  it('learns the course of a day where there is one, and only there', async () => {
    const model = await learned(days(10, 1));
    const features = new Map(model.sources[0]?.features.map((f) => [f.metric, f]));
    expect(features.get('noise')?.season).toBeNull();
    const season = features.get('daily')?.season;
    expect(season).not.toBeNull();
    if (!season) return;
    const bins = unpackMatrix(season).data;
    for (let hour = 0; hour < 24; hour++) {
      const expected = 20 * Math.sin((2 * Math.PI * hour) / 24);
      expect(Math.abs(seasonValue(bins, hour * 3_600_000) - expected)).toBeLessThan(1.5);
    }
    expect(features.get('daily')?.sd).toBeLessThan(2);
  });

  it('looks for no day in less than three', async () => {
    const short = days(4, 2);
    const block = { ...short, ...firstRows(short, Math.floor(2.9 * DAY_STEPS)) };
    const model = await learned(block);
    expect(model.sources[0]?.features.every(({ season }) => season === null)).toBe(true);
  });

  it('counts samples of a table, whatever its step: 400 rows of a second are learned from', async () => {
    const day = firstRows(days(4, 5), 400);
    const ts = Float64Array.from({ length: 400 }, (_, i) => (i + 1) * 1000);
    const intervalNs = new Float64Array(400).fill(1e9);
    const model = await learned({ ...days(4, 5), ...day, ts, intervalNs });
    expect(model.regime).toBe('short');
    expect(model.timing).toMatchObject({ rowTicks: 1, calibrationTicks: 1 });
    expect(model.sources[0]?.calibration).not.toBeNull();
  });

  it('foretells a metric that follows another one row later', async () => {
    const model = await learned(days(10, 3));
    const source = model.sources[0];
    const forecast = source?.forecast;
    expect(forecast).toBeTruthy();
    if (!source || !forecast) return;
    const sd = unpackMatrix(forecast.sd).data;
    const of = (metric: string): number =>
      sd[source.features.findIndex((feature) => feature.metric === metric)] as number;
    expect(of('echo')).toBeLessThan(0.5);
    expect(of('noise')).toBeGreaterThan(0.9);
  });

  it('gives the same bytes for the same days', async () => {
    const [a, b] = [await learned(days(5, 4)), await learned(days(5, 4))];
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
  });
});

function firstRows(block: Block, rows: number): Partial<Block> {
  return {
    seq: block.seq.slice(0, rows),
    ts: block.ts.slice(0, rows),
    intervalNs: block.intervalNs.slice(0, rows),
    rowStart: block.rowStart.slice(0, rows + 1),
    seriesIndex: block.seriesIndex.slice(0, rows * 3),
    values: block.values.slice(0, rows * 3),
  };
}
