import type { Block, TimeRange } from '@ethogram/core';
import { inGroups } from '@ethogram/features';
import type { Model } from '@ethogram/model';

/** Starts reading the window anew, or the part of it that a range names. */
export type ReadBlocks = (range?: TimeRange) => AsyncIterable<Block>;

/** The same reading, with the processes of a group as one source. */
export function inGroupsOf(read: ReadBlocks, group: Model['group']): ReadBlocks {
  return async function* (range) {
    for await (const block of read(range)) yield inGroups(block, group);
  };
}

/** A way into the recording that a thread has opened for itself. */
export interface WindowReader {
  readonly read: ReadBlocks;
  close(): Promise<void>;
}

/** What a module exports that opens readers. */
export interface ReaderModule {
  /** @param place what tells it where to read: plain data. */
  openReader(place: unknown): Promise<WindowReader>;
}

/** Where worker threads find a reader of their own. */
export interface ReaderPlace {
  /** URL of a {@link ReaderModule}. */
  readonly module: string;
  readonly place: unknown;
}
