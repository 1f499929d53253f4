import type { Block } from '@ethogram/core';
import { mergeBlocks } from './merge-ticks.js';
import { lowerBound, sliceBlock } from './slice-block.js';

interface Head {
  readonly rest: AsyncIterator<Block>;
  block: Block | undefined;
}

/**
 * Joins several streams of blocks of one host, each ascending in time, into one that ascends and
 * holds each tick once. Holds one block per stream. Where streams do not overlap, blocks pass
 * through untouched.
 */
export async function* mergeStreams(
  streams: readonly AsyncIterable<Block>[],
): AsyncGenerator<Block> {
  const only = streams[0];
  if (only && streams.length === 1) {
    yield* only;
    return;
  }
  const heads: Head[] = streams.map((stream) => ({
    rest: stream[Symbol.asyncIterator](),
    block: undefined,
  }));
  try {
    for (const head of heads) await advance(head);
    for (;;) {
      const live = heads.filter((head) => head.block);
      if (live.length === 0) return;
      // Everything before `limit` is known: no stream can still bring an earlier tick.
      const limit = Math.min(...live.map((head) => head.block?.ts.at(-1) as number));
      const parts: Block[] = [];
      for (const head of live) {
        const block = head.block as Block;
        const cut = lowerBound(block.ts, limit + 1);
        if (cut > 0) parts.push(sliceBlock(block, 0, cut));
        head.block = cut < block.ts.length ? sliceBlock(block, cut, block.ts.length) : undefined;
        if (!head.block) await advance(head);
        // Ticks of the same instant may continue in the stream's next block.
        while (head.block && (head.block.ts[0] as number) <= limit) {
          const next: Block = head.block;
          const more = lowerBound(next.ts, limit + 1);
          parts.push(sliceBlock(next, 0, more));
          head.block = more < next.ts.length ? sliceBlock(next, more, next.ts.length) : undefined;
          if (!head.block) await advance(head);
        }
      }
      parts.sort((a, b) => (a.ts[0] as number) - (b.ts[0] as number));
      yield* mergeBlocks(parts);
    }
  } finally {
    for (const head of heads) await head.rest.return?.();
  }
}

async function advance(head: Head): Promise<void> {
  const next = await head.rest.next();
  head.block = next.done ? undefined : next.value;
}
