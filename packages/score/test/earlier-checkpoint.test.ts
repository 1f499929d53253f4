import { expect, it } from 'vitest';
import { openCheckpoint, sealCheckpoint } from '../src/checkpoint.js';
import { createScorer } from '../src/index.js';
import { syntheticBlocks } from './synthetic-host.js';
import { trainOn } from './trained.js';

interface State {
  readonly losses?: number;
  readonly chronicle: { readonly unheard?: readonly object[] };
}

it('a checkpoint of before losses and what goes on unheard were followed is taken up', async () => {
  const model = await trainOn(syntheticBlocks({ ticks: 1000 }));
  const [first, second] = syntheticBlocks({
    ticks: 200,
    from: 1000,
    blockTicks: 100,
    change: (index, { samples }) => {
      if (index < 1060 || index >= 1120) return;
      const values = new Map(samples[2]?.values).set('iops.write', 2000);
      samples[2] = { kind: 'device', name: 'vda', values };
    },
  });
  if (!first || !second) throw new Error('expected two blocks');
  const scorer = createScorer(model);
  scorer.push(first);
  const { losses, chronicle, ...rest } = openCheckpoint<State>(model.id, scorer.checkpoint());
  const { unheard, ...before } = chronicle;
  expect([losses, unheard]).toEqual([0, []]);
  const earlier = sealCheckpoint(model.id, { ...rest, chronicle: before });
  const goesOn = createScorer(model, { checkpoint: earlier }).push(second);
  const withoutCheckpoints = (ticks: typeof goesOn) =>
    ticks.map((tick) => ({
      ...tick,
      anomalies: tick.anomalies.map((record) => ({ ...record, checkpoint: null })),
    }));
  expect(withoutCheckpoints(goesOn)).toEqual(withoutCheckpoints(scorer.push(second)));
  expect(goesOn[5]?.anomalous).toBe(true);
});
