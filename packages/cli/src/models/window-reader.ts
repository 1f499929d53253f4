import type { WindowReader } from '@ethogram/learn';
import type { ReadQuery } from '@ethogram/store';
import { openStoreAt } from '../open-store-at.js';

/** What a worker thread needs to read the window of a training. */
export interface WindowPlace {
  readonly uri: string;
  readonly query: ReadQuery;
}

/** Opens the store of a training in a thread of its own, for reading. */
export async function openReader(place: WindowPlace): Promise<WindowReader> {
  const store = await openStoreAt(place.uri, { mode: 'read' });
  return {
    read: (range) => store.samples.read({ ...place.query, ...(range ? { range } : {}) }),
    close: () => store.close(),
  };
}
