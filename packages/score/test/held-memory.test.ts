import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Model } from '@ethogram/model';
import { expect, it } from 'vitest';
import { createScorer, type Scorer } from '../src/index.js';
import { syntheticBlocks } from './synthetic-host.js';
import { trainOn } from './trained.js';

it('a scorer that runs does not hold the model it was made from, packed and unpacked', async () => {
  const { scorer, parts } = scorerOf(await trainOn(syntheticBlocks({ ticks: 1000 })));
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  for (let i = 0; i < 50 && parts.some((part) => part.deref()); i++) {
    await delay(10);
    collectGarbage();
  }
  expect(parts.map((part) => part.deref() !== undefined)).toEqual(parts.map(() => false));
  const [next] = syntheticBlocks({ ticks: 5, from: 1000 });
  expect(scorer.push(next as NonNullable<typeof next>)).toHaveLength(5);
});

/** A scorer of a copy of a model, and that copy and its larger parts, held by nobody else. */
function scorerOf(model: Model): { scorer: Scorer; parts: readonly WeakRef<object>[] } {
  const copy = structuredClone(model);
  const parts = [
    copy,
    copy.together,
    ...copy.sources.flatMap((source) => [source.calibration, source.level, source.axes]),
  ].filter((part) => part !== null);
  return { scorer: createScorer(copy), parts: parts.map((part) => new WeakRef(part)) };
}
