import type { Block, TimeRange } from '@ethogram/core';
import type { ReadQuery, RecordingInfo } from '../store.js';
import { filterSources } from './filter-block.js';
import { mergeStreams } from './merge-streams.js';
import { splitBlock } from './slice-block.js';

/** All of time. */
export const ALWAYS: TimeRange = Object.freeze({
  from: Number.MIN_SAFE_INTEGER,
  to: Number.MAX_SAFE_INTEGER,
});

/** One host's part of one recording, as a driver reads it: ascending, no tick twice. */
export type ReadPart = (part: RecordingInfo, range: TimeRange) => AsyncIterable<Block>;

/**
 * What every driver's `read` does around its own reading of single parts: hosts one after the
 * other, recordings of a host joined, sources chosen, blocks cut to size.
 */
export async function* readQuery(
  query: ReadQuery,
  recordings: readonly RecordingInfo[],
  readPart: ReadPart,
  signal?: AbortSignal,
): AsyncGenerator<Block> {
  const range = query.range ?? ALWAYS;
  const parts = recordings.filter(
    (info) =>
      (query.recording === undefined || info.name === query.recording) &&
      (query.host === undefined || info.host === query.host) &&
      info.to >= range.from &&
      info.from < range.to,
  );
  const hosts = [...new Set(parts.map((info) => info.host))].sort();
  for (const host of hosts) {
    const streams = parts.filter((info) => info.host === host).map((info) => readPart(info, range));
    for await (const block of mergeStreams(streams)) {
      signal?.throwIfAborted();
      const chosen = query.sources ? filterSources(block, query.sources) : block;
      for (const piece of splitBlock(chosen)) {
        signal?.throwIfAborted();
        yield piece;
      }
    }
  }
}
