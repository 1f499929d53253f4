import { type Block, type Tick, unpackTicks } from '@ethogram/core';
import type { OpenOptions, ReadQuery, Store } from '@ethogram/store';
import { afterEach } from 'vitest';

/** An empty store under test, and how to look at the same data again. */
export interface StoreFixture {
  readonly store: Store;
  /** Opens the same data once more; absent where a store lives in one process only. */
  readonly reopen?: (options: OpenOptions) => Promise<Store>;
  /** Closes everything that was opened, and deletes the data. */
  readonly dispose: () => Promise<void>;
}

/** What a driver cannot do by its nature. */
export interface ContractOptions {
  /** False where stored ticks cannot be merged, nor deleted by size. */
  readonly rewrites?: boolean;
}

/** Opens fixtures that are disposed after each test of the enclosing suite. */
export function freshStores(openFresh: () => Promise<StoreFixture>): () => Promise<StoreFixture> {
  const open: StoreFixture[] = [];
  afterEach(async () => {
    for (const fixture of open.splice(0)) await fixture.dispose();
  });
  return async () => {
    const fixture = await openFresh();
    open.push(fixture);
    return fixture;
  };
}

/** Every block that a query gives. */
export async function readBlocks(store: Store, query: ReadQuery = {}): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const block of store.samples.read(query)) blocks.push(block);
  return blocks;
}

/** Every tick that a query gives, in a form that compares by content. */
export async function readTicks(store: Store, query: ReadQuery = {}): Promise<unknown[]> {
  return (await readBlocks(store, query)).flatMap(unpackTicks).map(comparable);
}

/** Ticks without what a store may change: order of samples and values, repeated attributes. */
export function comparable(tick: Tick): unknown {
  return {
    ...tick,
    samples: [...tick.samples]
      .sort((a, b) => (`${a.kind}:${a.name}` < `${b.kind}:${b.name}` ? -1 : 1))
      .map(({ attributes: _, ...sample }) => ({
        ...sample,
        values: Object.fromEntries([...sample.values].sort()),
        histograms: Object.fromEntries(
          [...(sample.histograms ?? [])].map(([metric, { scheme, counts }]) => [
            metric,
            { scheme, counts: Object.fromEntries(counts) },
          ]),
        ),
      })),
  };
}
