import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareWindow, createScorer } from '../src/index.js';
import { processSample, stream, syntheticBlocks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 1000;

describe('a model that takes a unit as one source', () => {
  let model: Model;
  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }), 1, undefined, 'scope');
  });

  it('knows units, not what runs in them', () => {
    const names = model.sources.map(({ name }) => name);
    expect(names).toContain('db.service');
    expect(names.filter((name) => name.includes('/'))).toEqual([]);
    expect(model.group).toBe('scope');
  });

  it('scores a recording as it was recorded, and finds the unit', () => {
    const [block] = syntheticBlocks({
      ticks: 40,
      from: TRAINED,
      change: (_, { samples }) => {
        samples.push(processSample('db.service/sh', { ptrace: 3 }));
      },
    });
    const scored = createScorer(model).push(block as NonNullable<typeof block>);
    const [anomaly] = scored.flatMap(({ anomalies }) => anomalies);
    expect(anomaly?.source).toEqual({ kind: 'process', name: 'db.service' });
    expect(anomaly?.reasons[0]?.metric).toBe('syscall.ptrace.calls');
  });

  it('is compared with a recording under its own names', async () => {
    const blocks = stream(syntheticBlocks({ ticks: 300, from: TRAINED }));
    const { verdict, sources } = await compareWindow(model, blocks);
    expect(verdict).toBe('normal');
    expect(sources.map(({ source }) => source)).toContain('process:db.service');
  });
});
