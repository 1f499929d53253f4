import type { SourceSample } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareWindow } from '../src/index.js';
import { processSample, stream, syntheticBlocks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 1000;

describe('comparing a window with a model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }));
  });
  const compare = (change?: Parameters<typeof syntheticBlocks>[0]['change']) =>
    compareWindow(
      model,
      stream(syntheticBlocks({ ticks: 300, from: TRAINED, ...(change ? { change } : {}) })),
    );

  it('calls more of the same normal', async () => {
    const { verdict, sources, incidents } = await compare();
    expect(verdict).toBe('normal');
    expect(incidents).toBe(0);
    expect(sources.every((source) => source.verdict === 'normal')).toBe(true);
  });

  it('calls a source in alarm anomalous and names the metric that moved', async () => {
    const { verdict, sources } = await compare((_, { samples }) => {
      const values = new Map(samples[2]?.values).set('iops.write', 3000);
      samples[2] = { kind: 'device', name: 'vda', values };
    });
    const disk = sources.find(({ source }) => source === 'device:vda');
    expect(verdict).toBe('anomalous');
    expect(disk?.metrics[0]?.metric).toBe('iops.write');
    expect(disk?.metrics[0]?.mean).toBeCloseTo(3000, 0);
  });

  it('calls a source drifting whose writes have other sizes, and names the histogram', async () => {
    const sized =
      (bucket: number) =>
      (_: number, { samples }: { samples: SourceSample[] }) => {
        const histograms = new Map([
          [
            'io.write.size',
            {
              scheme: 'quantize',
              counts: new Map([
                [bucket, 60],
                [bucket + 1, 40],
              ]),
            },
          ],
        ]);
        const [first] = samples;
        if (first) samples[0] = { ...first, histograms };
      };
    const known = await trainOn(syntheticBlocks({ ticks: TRAINED, change: sized(9) }));
    const against = async (bucket: number) => {
      const blocks = syntheticBlocks({ ticks: 300, from: TRAINED, change: sized(bucket) });
      const { sources } = await compareWindow(known, stream(blocks));
      return sources.find(({ source }) => source === 'process:web.service/web');
    };
    expect((await against(9))?.distributions).toEqual([]);
    const other = await against(10);
    expect(other?.verdict).not.toBe('normal');
    // Over the buckets that were learned: shares .6 and .4 against 0 and 1.
    expect(other?.distributions).toEqual([
      { metric: 'io.write.size', distance: expect.closeTo(0.629, 3) },
    ]);
  });

  it('cannot compare what was never learned or hardly there', async () => {
    const { sources } = await compare((_, { samples }) => {
      samples.splice(1, 1, processSample('stranger', { read: 5 }));
    });
    const verdictOf = (key: string) => sources.find(({ source }) => source === key)?.verdict;
    expect(verdictOf('process:stranger')).toBe('not comparable');
    expect(verdictOf('process:db.service/db')).toBe('anomalous');
  });
});
