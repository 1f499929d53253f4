import { type Block, type Window, windowHolds } from '@ethogram/core';

/** Calls `visit` for every tick of the window, in order; stops when aborted. */
export async function eachTick(
  blocks: AsyncIterable<Block>,
  window: Window,
  signal: AbortSignal | undefined,
  visit: (block: Block, t: number) => void,
): Promise<void> {
  for await (const block of blocks) {
    signal?.throwIfAborted();
    for (let t = 0; t < block.ts.length; t++) {
      if (windowHolds(window, block.ts[t] as number)) visit(block, t);
    }
  }
}
