import { type Block, seededRng } from '@ethogram/core';
import { type Model, parseModel, serialiseModel } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareWindow, countIncidents, createScorer } from '../src/index.js';
import { START, stream } from './synthetic-host.js';
import { trainOn } from './trained.js';

const STEP_MS = 60_000;
const DAY_ROWS = 1440;
const TRAINED = 8 * DAY_ROWS;
/** How far a cache grows in a day, in standard deviations of what else it does. */
const GROWTH = 6;

/** Rows of a machine whose cache grows from day to day while its load stays as it is. */
function rows(from: number, to: number, extra: (row: number) => number = () => 0): Block {
  const count = to - from;
  const values = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) {
    const rng = seededRng(77_000_003 + from + i);
    const gauss = (): number => 2 * (rng.next() + rng.next() + rng.next() - 1.5);
    const grown = (GROWTH * (from + i)) / DAY_ROWS;
    values.set([50 + gauss(), 1000 + grown + gauss() + extra(from + i)], i * 2);
  }
  return {
    host: 'machine',
    boot: 'imported',
    backend: 'import',
    blind: [],
    sources: [{ kind: 'custom', name: 'machine' }],
    series: ['load', 'cache'].map((metric) => ({ source: 0, metric })),
    seq: Float64Array.from({ length: count }, (_, i) => from + i),
    ts: Float64Array.from({ length: count }, (_, i) => START + (from + i + 1) * STEP_MS),
    intervalNs: new Float64Array(count).fill(STEP_MS * 1e6),
    rowStart: Uint32Array.from({ length: count + 1 }, (_, i) => 2 * i),
    seriesIndex: Uint32Array.from({ length: count * 2 }, (_, i) => i % 2),
    values,
    links: new Map(),
    linkSnapshots: new Set(),
    markers: new Map(),
    lost: new Map(),
  };
}

describe('a source whose level wanders', () => {
  let model: Model;
  beforeAll(async () => {
    model = await trainOn([rows(0, TRAINED)], 1, { learnGraph: null, evaluate: countIncidents });
  });
  const scored = (...blocks: readonly Block[]) => {
    const scorer = createScorer(model);
    return blocks.flatMap((block) => scorer.push(block));
  };

  it('is followed where that was proved, and its model says so', () => {
    const followed = model.sources[0]?.features.filter(({ drift }) => drift);
    expect(followed?.map(({ metric }) => metric)).toEqual(['cache']);
    expect(parseModel(serialiseModel(model)).sources[0]?.features).toEqual(
      model.sources[0]?.features,
    );
  });

  it('stays quiet while it wanders on for days, and still differs from the recording', async () => {
    const days = rows(TRAINED, TRAINED + 4 * DAY_ROWS);
    const ticks = scored(days);
    const blamed = ticks.flatMap(({ anomalies }) => anomalies.map(({ reasons }) => reasons[0]));
    expect(blamed.filter((reason) => reason?.metric === 'cache')).toEqual([]);
    // The budget is one alarm a day, of whatever.
    expect(blamed.length).toBeLessThanOrEqual(4);
    const { sources } = await compareWindow(model, stream([days]));
    expect(sources[0]?.verdict).toBe('drifting');
    const [moved] = sources[0]?.metrics ?? [];
    expect(moved?.metric).toBe('cache');
    expect(moved?.mean).toBeCloseTo(1000 + GROWTH * 10, -1);
  });

  it('alarms when it jumps, and a fault that lasts does not become its level', () => {
    const from = TRAINED + DAY_ROWS;
    const until = from + 3 * DAY_ROWS;
    const leak = (row: number): number => (row >= from ? 20 : 0);
    const before = scored(rows(TRAINED, until, leak));
    const [first] = before.flatMap(({ anomalies }) => anomalies);
    const rowsLater = (Date.parse(first?.ts ?? '') - START) / STEP_MS - from;
    expect(rowsLater).toBeGreaterThan(0);
    expect(rowsLater).toBeLessThan(30);
    expect(first?.reasons[0]?.metric).toBe('cache');
    // A day of ten-minute means is over, and it is as odd as before; then the hold of a day ends.
    const open = before.filter(({ anomalous }) => anomalous).length;
    expect(open).toBeGreaterThan(0.98 * DAY_ROWS);
  });

  it('says nothing of a level that it has not seen for long, until half a day is known', () => {
    const week = TRAINED + 7 * DAY_ROWS;
    const late = scored(rows(week, week + 2 * DAY_ROWS));
    const told = late.flatMap(({ anomalies }) => anomalies.map(({ reasons }) => reasons[0]));
    expect(told.filter((reason) => reason?.metric === 'cache')).toEqual([]);
    const fault = (row: number): number => (row >= week + DAY_ROWS ? 20 : 0);
    const jumped = scored(rows(week, week + 2 * DAY_ROWS, fault)).flatMap((t) => t.anomalies);
    expect(jumped.map(({ reasons }) => reasons[0]?.metric)).toContain('cache');
  });

  it('gives the same to the bit across a restart, whatever the moment', () => {
    const to = TRAINED + 2 * DAY_ROWS;
    const fault = (row: number): number => (row > TRAINED + DAY_ROWS ? 20 : 0);
    const whole = scored(rows(TRAINED, to, fault));
    for (const cut of [TRAINED + 3, TRAINED + 1005, TRAINED + DAY_ROWS + 205]) {
      const early = createScorer(model);
      const first = early.push(rows(TRAINED, cut, fault));
      const late = createScorer(model, { checkpoint: early.checkpoint() });
      const rest = late.push(rows(cut, to, fault));
      const scores = (ticks: typeof whole) =>
        ticks.map(({ ts, sources, anomalous }) => ({ ts, sources, anomalous }));
      expect(scores([...first, ...rest])).toEqual(scores(whole));
    }
  });
});
