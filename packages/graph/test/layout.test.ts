import { seededRng } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGraph } from '../src/index.js';
import { labelBox } from '../src/layout/label-box.js';
import { packBoxes } from '../src/layout/pack-boxes.js';
import { separateBoxes } from '../src/layout/separate-boxes.js';
import { scene } from './scene.js';

interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function overlaps(rectangles: readonly Rectangle[]): number {
  let count = 0;
  for (const [i, a] of rectangles.entries()) {
    for (const b of rectangles.slice(i + 1)) {
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) count++;
    }
  }
  return count;
}

describe('the layout', () => {
  it('lets no labels of fifty nodes overlap, however they are connected', () => {
    for (const seed of [1, 2, 3, 4]) {
      const rng = seededRng(seed);
      const keys = Array.from({ length: 50 }, (_, i) => `process:a-rather-long-name-${i}`);
      const links = keys.slice(1).flatMap((key, i) => {
        const to = keys[rng.integer(i + 1)] as string;
        return rng.next() < 0.9 ? [[key, to, 'tcp'] as const] : [];
      });
      const more = Array.from({ length: 30 }, () => {
        const a = rng.integer(50);
        const b = (a + 1 + rng.integer(49)) % 50;
        return [keys[a] as string, keys[b] as string, 'pipe'] as const;
      });
      const graph = buildGraph(
        scene(
          keys.map((key) => [key] as const),
          [...links, ...more],
        ),
      );
      const boxes = graph.mapNodes((_key, node) => {
        const { width, above, below } = labelBox(node);
        const { x, y } = node;
        return { left: x - width / 2, right: x + width / 2, top: y - above, bottom: y + below };
      });
      expect(overlaps(boxes)).toBe(0);
    }
  });

  it('separates any boxes and keeps all of them', () => {
    const box = fc.record({
      x: fc.double({ min: -100, max: 100, noNaN: true }),
      y: fc.double({ min: -100, max: 100, noNaN: true }),
      width: fc.integer({ min: 5, max: 120 }),
      above: fc.integer({ min: 5, max: 30 }),
      below: fc.integer({ min: 5, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(box, { maxLength: 12 }), (boxes) => {
        const placed = separateBoxes(boxes);
        expect(placed).toHaveLength(boxes.length);
        const rectangles = placed.map(({ x, y, width, above, below }) => ({
          left: x - width / 2,
          right: x + width / 2,
          top: y - above,
          bottom: y + below,
        }));
        expect(overlaps(rectangles)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('packs rectangles without overlap', () => {
    const size = fc.record({
      width: fc.integer({ min: 1, max: 500 }),
      height: fc.integer({ min: 1, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 30 }), (blocks) => {
        const rectangles = packBoxes(blocks, 640).map(({ block, x, y }) => ({
          left: x,
          right: x + block.width - 1e-6,
          top: y,
          bottom: y + block.height - 1e-6,
        }));
        expect(rectangles).toHaveLength(blocks.length);
        expect(overlaps(rectangles)).toBe(0);
      }),
    );
  });
});
