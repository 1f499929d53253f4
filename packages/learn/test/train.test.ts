import type { Block } from '@ethogram/core';
import { packTicks } from '@ethogram/core';
import { serialiseModel } from '@ethogram/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cut,
  processSample,
  START,
  stream,
  syntheticBlocks,
  syntheticTicks,
} from '../../score/test/synthetic-host.js';
import { train } from '../src/index.js';

const HOUR = 3_600_000;
const learn = (blocks: readonly Block[], seed = 1, hooks: Parameters<typeof train>[2] = {}) =>
  train(
    () => stream(blocks),
    { name: 'test', window: { from: START, to: START + 24 * HOUR, exclude: [] }, seed },
    { learnGraph: null, ...hooks },
  );

describe('training', () => {
  it('gives the same bytes for the same seed and input, however ticks are cut into blocks', async () => {
    const ticks = syntheticTicks({
      ticks: 1000,
      change: (index, { samples }) => {
        if (index > 940) samples.push(processSample('late', { ptrace: 1 }));
      },
    });
    const learn = (blocks: readonly Block[]) =>
      train(
        () => stream(blocks),
        {
          name: 'test',
          window: {
            from: START + 5000,
            to: START + 950_000,
            exclude: [{ from: START + 941_000, to: START + 949_000 }],
          },
          seed: 1,
        },
        { learnGraph: null },
      );
    const expected = serialiseModel(await learn(cut(ticks, () => 1000)));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (size) => {
        expect(serialiseModel(await learn(cut(ticks, () => size)))).toBe(expected);
      }),
      { numRuns: 3 },
    );
  });

  it('says of a minute that it is provisional, and what is missing', async () => {
    const model = await learn(syntheticBlocks({ ticks: 60 }));
    expect(model.regime).toBe('provisional');
    expect(model.missing[0]).toBe('needs 14 more minutes for rates');
    expect(model.sources.every(({ calibration }) => calibration === null)).toBe(true);
    expect(model.coverage.ready).toBe(false);
  });

  it('learns rates, mix and calibration from twenty minutes, on time that the fit did not see', async () => {
    const model = await learn(syntheticBlocks({ ticks: 1200 }));
    expect(model.regime).toBe('short');
    expect(model.calibrationFrom).toBe(START + (840 + 1) * 1000);
    const web = model.sources.find(({ name }) => name === 'web.service/web');
    expect(web?.level?.centres.rows).toBeGreaterThanOrEqual(2);
    expect(web?.mix).not.toBeNull();
    expect(web?.calibration?.bins.reduce((sum, [, weight]) => sum + weight, 0)).toBe(36);
    expect(web?.dropped.map(({ metric }) => metric)).toContain('process.instances');
    expect(web?.known.links).toContain('tcp>process:db.service/db');
  });

  it('tells what was selected: blind spots, sources by what they did, and the strangest times', async () => {
    const blocks = syntheticBlocks({
      ticks: 1200,
      change: (index, { samples }) => {
        // A database that is there and does next to nothing but once.
        samples[1] = processSample('db.service/db', {
          recvfrom: index > 1000 && index < 1020 ? 400 : 5 + (index % 3),
        });
      },
    }).map((block) => ({ ...block, blind: ['links.pipe'] }));
    const { steps, coverage } = await learn(blocks);
    expect(steps.select.blind).toEqual(['links.pipe']);
    const ranked = steps.select.ranking.map(({ relevance }) => relevance);
    expect(ranked).toEqual(ranked.toSorted((a, b) => b - a));
    expect(steps.select.ranking.map(({ source }) => source).sort()).toEqual([
      'device:vda',
      'process:db.service/db',
      'process:ethogram',
      'process:web.service/web',
    ]);
    const scores = coverage.strangest.map(({ score }) => score);
    expect(scores.length).toBeGreaterThan(0);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const worst = coverage.strangest.find(({ source }) => source === 'process:db.service/db');
    expect(worst?.ts).toBeGreaterThan(START + 1_000_000);
    expect(worst?.ts).toBeLessThan(START + 1_060_000);
  });

  it('takes a gap for what was not seen, and not for quiet', async () => {
    const [early, late] = [
      syntheticBlocks({ ticks: 600 }),
      syntheticBlocks({ ticks: 600, from: 900 }),
    ];
    const { steps, sources, ticks } = await learn([...early, ...late]);
    expect(ticks).toBe(1200);
    expect(steps.clean.gaps).toBe(1);
    const calls = (model: typeof sources) =>
      model
        .find(({ name }) => name === 'web.service/web')
        ?.features.find(({ metric }) => metric === 'syscall.calls');
    const whole = calls((await learn(syntheticBlocks({ ticks: 1200 }))).sources);
    const mean = calls(sources)?.mean ?? 0;
    // Three hundred quiet seconds in twelve hundred would take a fifth off.
    expect(Math.abs(mean / (whole?.mean ?? 1) - 1)).toBeLessThan(0.1);
    expect(calls(sources)?.min).toBeGreaterThan(0.8 * (whole?.min ?? 0));
  });

  it('flags and excludes our own recorder', async () => {
    const model = await learn(syntheticBlocks({ ticks: 1000 }));
    const own = model.sources.find(({ name }) => name === 'ethogram');
    expect(own?.self).toBe(true);
    expect(own?.calibration).toBeNull();
    expect(model.steps.clean.self).toEqual(['process:ethogram']);
  });

  it('keeps every source under 32 KB', async () => {
    const model = await learn(syntheticBlocks({ ticks: 1200 }));
    for (const source of model.sources) {
      expect(JSON.stringify(source).length).toBeLessThan(32 * 1024);
    }
  });

  it('refuses too little data, NaN, and a second host', async () => {
    await expect(learn(syntheticBlocks({ ticks: 20 }))).rejects.toMatchObject({
      code: 'LEARN-1001',
    });
    const [block] = syntheticBlocks({ ticks: 60 });
    if (!block) throw new Error('expected a block');
    const values = block.values.slice();
    values[5] = Number.NaN;
    await expect(learn([{ ...block, values }])).rejects.toMatchObject({ code: 'LEARN-1004' });
    await expect(learn([block, { ...block, host: 'other' }])).rejects.toMatchObject({
      code: 'LEARN-1003',
    });
  });

  it('refuses a window that lost too much', async () => {
    const ticks = syntheticTicks({ ticks: 60 }).map((tick) => ({
      ...tick,
      lost: { 'map full': 100 },
    }));
    await expect(learn([packTicks(ticks)])).rejects.toMatchObject({ code: 'LEARN-1002' });
  });

  it('stops when aborted', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(
      learn(syntheticBlocks({ ticks: 100 }), 1, { signal: stop.signal }),
    ).rejects.toThrow('stopped');
  });

  it('raises the threshold until the alarm logic keeps the budget, and says what was shown', async () => {
    const asked: number[] = [];
    const model = await learn(syntheticBlocks({ ticks: 1200 }), 1, {
      evaluate: async (candidate) => {
        asked.push(candidate.thresholds.warn);
        const above = candidate.thresholds.warn - (asked[0] as number);
        return { incidents: above < 1.1 ? 2 : 0, hours: 0.1 };
      },
    });
    // In steps of a quarter the fifth is the first that is high enough, and nothing is judged twice.
    expect(model.thresholds.warn - (asked[0] as number)).toBeCloseTo(1.25, 9);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(6);
    expect(model.thresholds.statement).toContain('1/d cannot be shown from 6 min');
    expect(model.thresholds.heldOut?.upperPerDay).toBeCloseTo((2.9957 * 24) / 0.1, 0);
  });

  it('takes the highest threshold where none keeps the budget, and judges only two', async () => {
    const asked: number[] = [];
    const model = await learn(syntheticBlocks({ ticks: 1200 }), 1, {
      evaluate: async (candidate) => {
        asked.push(candidate.thresholds.warn);
        return { incidents: 2, hours: 0.1 };
      },
    });
    expect(asked).toHaveLength(2);
    expect(model.thresholds.warn).toBe(asked[1]);
    expect(model.thresholds.heldOut?.incidents).toBe(2);
  });

  it('leaves out what the window excludes', async () => {
    const blocks = syntheticBlocks({
      ticks: 300,
      change: (index, { samples }) => {
        if (index >= 100 && index < 120) samples.splice(1, 1);
      },
    });
    const model = await train(
      () => stream(blocks),
      {
        name: 'test',
        window: {
          from: START,
          to: START + HOUR,
          exclude: [{ from: START + 101_000, to: START + 121_000 }],
        },
        seed: 1,
      },
      { learnGraph: null },
    );
    expect(model.ticks).toBe(280);
    expect(model.sources.find(({ name }) => name === 'db.service/db')?.longestSilence).toBe(0);
  });
});
