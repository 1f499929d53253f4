import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { countIncidents } from '../src/index.js';
import { START, stream, syntheticBlocks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 1000;
const FAULT = { from: 1100, to: 1140 };
const at = (tick: number): number => START + tick * 1000;

describe('counting incidents on held-out time', () => {
  let model: Model;
  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }));
  });
  const window = { from: START, to: at(1300), exclude: [] };
  const count = (counted: Model) =>
    countIncidents(
      counted,
      stream(
        syntheticBlocks({
          ticks: 300,
          from: TRAINED,
          change: (index, { samples }) => {
            if (index < FAULT.from || index >= FAULT.to) return;
            const values = new Map(samples[2]?.values).set('iops.write', 3000);
            samples[2] = { kind: 'device', name: 'vda', values };
          },
        }),
      ),
      at(TRAINED),
    );

  it('counts what opens within the window, whatever window the model was learned from', async () => {
    expect((await count({ ...model, window })).incidents).toBe(1);
    expect((await count(model)).incidents).toBe(0);
  });

  it('does not hold against a model what the window leaves out', async () => {
    const exclude = [{ from: at(FAULT.from + 5), to: at(FAULT.to) }];
    expect((await count({ ...model, window: { ...window, exclude } })).incidents).toBe(0);
    const elsewhere = [{ from: at(1000), to: at(1050) }];
    expect((await count({ ...model, window: { ...window, exclude: elsewhere } })).incidents).toBe(
      1,
    );
  });
});
