import type { Box } from './label-box.js';

/** Gap kept between boxes. */
const GAP = 4;

/** Rounds of pushing before the picture is stretched instead. */
const ROUNDS = 400;

/**
 * Pushes boxes apart until none overlaps: each overlapping pair moves along the axis that needs
 * less; where crowding keeps them from settling, the whole is stretched a little and tried on.
 * Same boxes, same result.
 */
export function separateBoxes<T extends Box & { readonly x: number; readonly y: number }>(
  boxes: readonly T[],
): T[] {
  const placed = boxes.map((box) => ({ ...box }) as T & { x: number; y: number });
  for (let round = 0; round < ROUNDS; round++) {
    if (!pushApart(placed)) return placed;
    if (round % 20 === 19) {
      for (const box of placed) {
        box.x *= 1.04;
        box.y *= 1.04;
      }
    }
  }
  return placed;
}

function pushApart(boxes: (Box & { x: number; y: number })[]): boolean {
  let moved = false;
  for (let i = 0; i < boxes.length; i++) {
    const a = boxes[i] as Box & { x: number; y: number };
    for (let j = i + 1; j < boxes.length; j++) {
      const b = boxes[j] as Box & { x: number; y: number };
      const overlapX = (a.width + b.width) / 2 + GAP - Math.abs(a.x - b.x);
      if (overlapX <= 0) continue;
      const [upper, lower] = a.y <= b.y ? [a, b] : [b, a];
      const overlapY = upper.below + lower.above + GAP - (lower.y - upper.y);
      if (overlapY <= 0) continue;
      moved = true;
      if (overlapX < overlapY) {
        const push = overlapX / 2 + 0.01;
        const [left, right] = a.x <= b.x ? [a, b] : [b, a];
        left.x -= push;
        right.x += push;
      } else {
        upper.y -= overlapY / 2 + 0.01;
        lower.y += overlapY / 2 + 0.01;
      }
    }
  }
  return moved;
}
