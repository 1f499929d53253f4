import type { Block } from '@ethogram/core';
import { type TrainHooks, train } from '@ethogram/learn';
import type { Model } from '@ethogram/model';
import { START, stream } from './synthetic-host.js';

/** Learns a model from blocks, without a graph unless hooks say so, with the defaults of training. */
export function trainOn(
  blocks: readonly Block[],
  seed = 1,
  hooks: TrainHooks = { learnGraph: null },
  group: Model['group'] = null,
): Promise<Model> {
  const to = Math.max(...blocks.map((block) => block.ts[block.ts.length - 1] ?? START)) + 1;
  return train(
    () => stream(blocks),
    { name: 'synthetic', window: { from: START, to, exclude: [] }, seed, group },
    hooks,
  );
}
