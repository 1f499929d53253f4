import type { Block } from '@ethogram/core';

/** The same ticks once more, later by so many rounds. */
export function* shifted(blocks: readonly Block[], round: number): Generator<Block> {
  const first = blocks[0]?.ts[0] ?? 0;
  const last = blocks.at(-1)?.ts.at(-1) ?? 0;
  const count = blocks.reduce((sum, block) => sum + block.ts.length, 0);
  for (const block of blocks) {
    const ts = block.ts.map((at) => at + round * (last - first + 1000));
    yield { ...block, ts, seq: block.seq.map((seq) => seq + round * count) };
  }
}
