import { type Block, seededRng, type Tick } from '@ethogram/core';
import { HostTracker, type SourceProfile } from '@ethogram/features';
import { serialiseModel } from '@ethogram/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cut,
  processSample,
  START,
  stream,
  syntheticTicks,
} from '../../score/test/synthetic-host.js';
import { train } from '../src/index.js';
import { gatherWindow } from '../src/rows/gather-window.js';
import { replayRows, rowTiming } from '../src/rows/replay.js';
import { RowStore } from '../src/rows/row-store.js';
import { StretchGatherer } from '../src/rows/stretch-gatherer.js';

const HOURS = 2.5;
const WINDOW = { from: START, to: START + HOURS * 3_600_000 + 1, exclude: [] };

/** Ticks with gaps short and long, another boot, and a gauge that is missing now and then. */
function patchyTicks(seed: number): Tick[] {
  const rng = seededRng(seed);
  let ts = START;
  return syntheticTicks({ ticks: HOURS * 3600, seed }).flatMap((tick, i) => {
    ts += rng.next() < 0.001 ? 1000 * rng.integer(300) : 1000;
    if (ts >= WINDOW.to) return [];
    const samples = tick.samples.map((sample) =>
      rng.next() < 0.2
        ? { ...sample, values: new Map([...sample.values].filter(() => rng.next() < 0.5)) }
        : sample,
    );
    return [{ ...tick, ts, samples, boot: i < 4000 ? 'boot-1' : 'boot-2' }];
  });
}

/** Blocks of at most so many ticks, none of two boots. */
function blocksOf(ticks: readonly Tick[], size: number): Block[] {
  return ['boot-1', 'boot-2'].flatMap((boot) =>
    cut(
      ticks.filter((tick) => tick.boot === boot),
      () => size,
    ),
  );
}

const profile: SourceProfile = {
  kind: 'process',
  name: 'web.service/web',
  features: (['cpu.ns', 'memory.rss', 'syscall.calls'] as const).map((metric) => ({
    metric,
    type: metric === 'memory.rss' ? 'gauge' : 'counter',
    mean: 1,
    sd: 2,
    season: null,
  })),
  calls: ['read', 'write'],
  histograms: [],
  axes: null,
  forecast: null,
  sporadic: true,
};

describe('the rows of a window', () => {
  it('are what a tracker of ticks says at their ends, gaps and all', async () => {
    const ticks = patchyTicks(1);
    const blocks = blocksOf(ticks, 700);
    const { plan, rows, indices, survey } = await gatherWindow(() => stream(blocks), WINDOW);
    expect(plan.timing.rowTicks).toBe(10);
    const told = new Map<number, unknown[]>();
    const direct = new HostTracker([profile], plan.timing);
    // Rows are counted anew in every hour of the window.
    let hour = 0;
    let count = 0;
    for (const block of blocks) {
      for (const [t, ts] of block.ts.entries()) {
        const at = Math.floor((ts - WINDOW.from) / 3_600_000);
        if (at !== hour) count = 0;
        hour = at;
        direct.advance(block, t);
        const [source] = direct.sources;
        if (++count % 10 === 0 && source?.rowKnown) {
          told.set(ts, [...source.x, ...source.mix, source.eligible, source.callRate(0)]);
        }
      }
    }
    const at = survey.sources.findIndex(({ name }) => name === profile.name);
    let visited = 0;
    replayRows(
      rows.of(indices[at] as number),
      rows.times(),
      profile,
      rowTiming(plan.timing),
      (source, { ts }) => {
        const expected = told.get(ts) ?? [];
        const found = [...source.x, ...source.mix, source.eligible, source.callRate(0)];
        expect(found.length).toBe(expected.length);
        for (const [i, value] of found.entries()) {
          if (typeof value === 'number') expect(value).toBeCloseTo(expected[i] as number, 9);
          else expect(value).toBe(expected[i]);
        }
        visited++;
      },
    );
    expect(visited).toBeGreaterThan(700);
    expect(visited).toBe(told.size);
    rows.close();
  });

  it('are the same from a file as from memory', () => {
    const gatherer = new StretchGatherer(10);
    for (const block of cut(patchyTicks(2).slice(0, 3000), () => 1000)) {
      for (const [t] of block.ts.entries()) gatherer.visit(block, t);
    }
    const stretch = gatherer.result();
    const stores = [new RowStore(), new RowStore(20_000)];
    const sources = stretch.sources.map((_, i) => i);
    for (const store of stores) {
      store.add(stretch, sources, 0, false);
      store.add(stretch, sources, 3000, true);
    }
    const [memory, file] = stores.map((store) => sources.map((source) => store.of(source)));
    expect(file).toEqual(memory);
    expect(memory?.[0]?.data.length).toBeGreaterThan(1000);
    for (const store of stores) {
      store.close();
      store.close();
    }
  });

  it('are the same however ticks are cut into blocks', async () => {
    const ticks = patchyTicks(3).slice(0, 7300);
    const gather = async (blocks: readonly Block[]): Promise<unknown> => {
      const { survey, rows, indices } = await gatherWindow(() => stream(blocks), WINDOW);
      const gathered = { survey, times: rows.times(), rows: indices.map((at) => rows.of(at)) };
      rows.close();
      return gathered;
    };
    const expected = await gather(blocksOf(ticks, 10_000));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 4000 }), async (size) => {
        expect(await gather(blocksOf(ticks, size))).toEqual(expected);
      }),
      { numRuns: 2 },
    );
  });
});

describe('a source that cannot be learned', () => {
  it('is reported and skipped, and the others are learned as without it', async () => {
    const learn = (planted: boolean): ReturnType<typeof train> => {
      const ticks = syntheticTicks({
        ticks: 1200,
        change: (index, { samples }) => {
          if (!planted) return;
          // Finite, and its variance is not.
          const wild = processSample('wild', { read: 5 });
          const values = new Map([...wild.values, ['app.size', index % 2 ? 1e300 : -1e300]]);
          samples.push({ ...wild, values: values as Map<string, number> });
        },
      });
      return train(
        () => stream(cut(ticks, () => 500)),
        { name: 'test', window: WINDOW, seed: 1 },
        { learnGraph: null },
      );
    };
    const model = await learn(true);
    expect(model.failures.map(({ source }) => source)).toEqual(['process:wild']);
    expect(model.failures[0]?.reason).toContain('finite');
    const wild = model.sources.find(({ name }) => name === 'wild');
    expect([wild?.withoutRates, wild?.calibration]).toEqual(['it could not be learned', null]);
    expect(() => serialiseModel(model)).not.toThrow();
    const without = await learn(false);
    expect(model.sources.filter(({ name }) => name !== 'wild')).toEqual(without.sources);
  });
});
