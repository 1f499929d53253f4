import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldOutBlocks, judgedHours } from '../src/evaluate-held-out.js';

const HOUR = 3_600_000;
const WARM_UP = 800_000;
const window = { from: 0, to: 24 * HOUR };
const FROM = 16 * HOUR;
const blocksOf = (sources: number, intervalMs = 1000) =>
  heldOutBlocks(window, FROM, WARM_UP, { sources, intervalMs });

describe('the blocks of held-out time', () => {
  it('are all of it, in two hours at most, where the host is small', () => {
    const blocks = blocksOf(10);
    expect(blocks).toHaveLength(4);
    expect(judgedHours(blocks)).toBeCloseTo(8, 9);
    expect(blocks[0]).toEqual({ range: { from: FROM - WARM_UP, to: 18 * HOUR }, from: FROM });
  });

  it('hold as many ticks where ticks are longer, so that what lasts is not counted in each', () => {
    expect(blocksOf(10, 60_000)).toHaveLength(1);
    expect(blocksOf(10, 4_000)).toHaveLength(1);
    expect(blocksOf(10, 2_000)).toHaveLength(2);
  });

  it('are as much as can be judged in bounded time on a large one, early and late', () => {
    const blocks = blocksOf(200);
    expect(blocks).toHaveLength(2);
    expect(judgedHours(blocks)).toBeCloseTo(500_000 / 200 / 3600, 3);
    expect(blocks.map(({ range }) => range.to)).toEqual([20 * HOUR, 24 * HOUR]);
  });

  it('never overlap, never leave held-out time, and never cost more than the bound', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom(1000, 10_000, 60_000),
        (sources, intervalMs) => {
          const blocks = blocksOf(sources, intervalMs);
          let last = FROM;
          for (const { range, from } of blocks) {
            expect(from).toBeGreaterThanOrEqual(last);
            expect(range.to).toBeGreaterThan(from);
            expect(range.from).toBe(Math.max(0, from - WARM_UP));
            last = range.to;
          }
          expect(last).toBe(window.to);
          const ticks = (judgedHours(blocks) * HOUR) / intervalMs;
          expect(ticks * sources).toBeLessThanOrEqual(500_000 + sources * blocks.length);
        },
      ),
    );
  });
});
