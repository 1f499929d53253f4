import { type Block, blockBytes, packTicks, type Tick, unpackTicks } from '@ethogram/core';
import { EXAMPLE_START, exampleTicks } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterSources } from '../src/blocks/filter-block.js';
import { mergeStreams } from '../src/blocks/merge-streams.js';
import { mergeBlocks } from '../src/blocks/merge-ticks.js';
import { sliceBlock, sliceByTime, splitBlock } from '../src/blocks/slice-block.js';

async function* inBlocks(ticks: readonly Tick[], size: number): AsyncGenerator<Block> {
  for (let at = 0; at < ticks.length; at += size) yield packTicks(ticks.slice(at, at + size));
}

describe('mergeStreams', () => {
  it('gives every tick of every stream once, in order', async () => {
    const all = exampleTicks({ count: 60, sources: 2 });
    const stream = fc.record({
      picked: fc.uniqueArray(fc.nat(59)),
      size: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(stream, { maxLength: 4 }), async (streams) => {
        const inputs = streams.map(({ picked, size }) =>
          inBlocks(
            [...picked].sort((a, b) => a - b).map((i) => all[i] as Tick),
            size,
          ),
        );
        const seen: number[] = [];
        for await (const block of mergeStreams(inputs)) seen.push(...block.seq);
        const expected = [...new Set(streams.flatMap(({ picked }) => picked))];
        expect(seen).toEqual(expected.sort((a, b) => a - b));
      }),
    );
  });

  it('closes its streams when it is left early', async () => {
    let closed = 0;
    async function* endless(): AsyncGenerator<Block> {
      try {
        for (let i = 0; ; i++) yield packTicks(exampleTicks({ count: 1, firstSeq: i, from: i }));
      } finally {
        closed++;
      }
    }
    for await (const _ of mergeStreams([endless(), endless()])) break;
    expect(closed).toBe(2);
  });
});

describe('mergeBlocks', () => {
  const ticks = exampleTicks({ count: 40, sources: 6 });
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 39 }), { maxLength: 8 });
  const cutAt = (at: readonly number[], overlap: number): Block[] => {
    const edges = [0, ...[...at].sort((a, b) => a - b), 40];
    return edges.slice(1).map((end, i) => {
      const start = Math.max(0, (edges[i] as number) - overlap);
      return packTicks(ticks.slice(start, end));
    });
  };

  it('gives what packing all ticks at once gives, however they were in blocks', () => {
    fc.assert(
      fc.property(cuts, (at) => {
        expect(mergeBlocks(cutAt(at, 0).reverse())).toEqual([packTicks(ticks)]);
      }),
    );
  });

  it('gives every tick and every value once where blocks overlap', () => {
    const whole = packTicks(ticks);
    fc.assert(
      fc.property(cuts, (at) => {
        const merged = mergeBlocks(cutAt(at, 1).reverse());
        expect(merged.flatMap((block) => [...block.seq])).toEqual([...whole.seq]);
        const values = merged.flatMap((block) => [...block.values]).sort();
        expect(values).toEqual([...whole.values].sort());
      }),
    );
  });

  it('keeps boots apart', () => {
    const one = packTicks(exampleTicks({ count: 5 }));
    const two = packTicks(exampleTicks({ count: 5, boot: 'boot-2', from: EXAMPLE_START + 5000 }));
    expect(mergeBlocks([two, one])).toEqual([one, two]);
  });
});

describe('blocks', () => {
  const block = packTicks(exampleTicks({ count: 50 }));

  it('can be cut and put together again', () => {
    fc.assert(
      fc.property(fc.nat(50), (at) => {
        const ticks = [sliceBlock(block, 0, at), sliceBlock(block, at, 50)].flatMap(unpackTicks);
        expect(ticks).toEqual(unpackTicks(block));
      }),
    );
  });

  it('are cut by time, half-open', () => {
    const from = block.ts[10] as number;
    const to = block.ts[20] as number;
    expect([...(sliceByTime(block, from, to)?.seq ?? [])]).toEqual([
      10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    ]);
    expect(sliceByTime(block, from + 1, from + 2)).toBeUndefined();
  });

  it('are split into pieces of bounded size that hold the same', () => {
    const most = Math.ceil(blockBytes(block) / 7);
    const pieces = [...splitBlock(block, most)];
    expect(pieces.length).toBeGreaterThan(6);
    for (const piece of pieces) expect(blockBytes(piece)).toBeLessThanOrEqual(most);
    expect(pieces.flatMap(unpackTicks)).toEqual(unpackTicks(block));
  });

  it('keep only chosen sources and the links that touch them', () => {
    const chosen = filterSources(block, [{ kind: 'process', name: 'svc-0.service/worker:0' }]);
    expect(chosen.sources).toHaveLength(1);
    expect(chosen.links.size).toBe(block.links.size);
    const other = filterSources(block, [{ kind: 'process', name: 'svc-3.service/worker:3' }]);
    expect(other.links.size).toBe(0);
    expect(other.seq).toEqual(block.seq);
  });
});
