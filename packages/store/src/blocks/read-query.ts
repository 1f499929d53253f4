import type { Block, TimeRange } from '@ethogram/core';
import type { ReadQuery, RecordingInfo, StepMs } from '../store.js';
import { filterSources } from './filter-block.js';
import { mergeSteps } from './merge-steps.js';
import { mergeStreams } from './merge-streams.js';
import { splitBlock } from './slice-block.js';

/** All of time. */
export const ALWAYS: TimeRange = Object.freeze({
  from: Number.MIN_SAFE_INTEGER,
  to: Number.MAX_SAFE_INTEGER,
});

/** One host's part of one recording, as a driver reads it: ascending, no tick twice. */
export type ReadPart = (part: RecordingInfo, range: TimeRange) => AsyncIterable<Block>;

/** The same, merged to a step; for drivers whose server can do that. */
export type ReadMergedPart = (
  part: RecordingInfo,
  range: TimeRange,
  stepMs: StepMs,
) => AsyncIterable<Block>;

/**
 * What every driver's `read` does around its own reading of single parts: hosts one after the
 * other, recordings of a host joined, sources chosen, ticks merged, blocks cut to size.
 * @param readMerged asked for ticks of a host in a single recording, when they are to be merged;
 * those of several have to be joined first.
 */
export async function* readQuery(
  query: ReadQuery,
  recordings: readonly RecordingInfo[],
  readPart: ReadPart,
  signal?: AbortSignal,
  readMerged?: ReadMergedPart,
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
    const own = parts.filter((info) => info.host === host);
    const [only] = own;
    const byDriver = readMerged && query.stepMs && own.length === 1 && only;
    const stored = byDriver
      ? readMerged(only, range, query.stepMs)
      : mergeStreams(own.map((info) => readPart(info, range)));
    const chosen = chooseSources(stored, query.sources, signal);
    const merged = query.stepMs && !byDriver ? mergeSteps(chosen, query.stepMs) : chosen;
    for await (const block of merged) {
      for (const piece of splitBlock(block)) {
        signal?.throwIfAborted();
        yield piece;
      }
    }
  }
}

async function* chooseSources(
  blocks: AsyncIterable<Block>,
  sources: ReadQuery['sources'],
  signal: AbortSignal | undefined,
): AsyncGenerator<Block> {
  for await (const block of blocks) {
    signal?.throwIfAborted();
    yield sources ? filterSources(block, sources) : block;
  }
}
