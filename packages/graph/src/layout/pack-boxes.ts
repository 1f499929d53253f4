/** A block and where it was put. */
export interface Packed<T> {
  readonly block: T;
  readonly x: number;
  readonly y: number;
}

/**
 * Packs rectangles into a picture about 1.6 times as wide as high: each goes to the lowest,
 * then leftmost place where it fits on the skyline (Burke, Kendall & Whitwell 2004), in the
 * given order, at least `minWidth` wide. Complexity: quadratic in the number of blocks.
 */
export function packBoxes<T extends { readonly width: number; readonly height: number }>(
  blocks: readonly T[],
  minWidth: number,
): Packed<T>[] {
  const area = blocks.reduce((sum, { width, height }) => sum + width * height, 0);
  const widest = Math.max(0, ...blocks.map(({ width }) => width));
  const total = Math.max(minWidth, widest, Math.sqrt(area * 1.7));
  let skyline = [{ x: 0, y: 0, width: total }];
  return blocks.map((block) => {
    const spot = lowestSpot(skyline, block.width, total);
    skyline = raise(skyline, spot.x, block.width, spot.y + block.height);
    return { block, x: spot.x, y: spot.y };
  });
}

interface Segment {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function lowestSpot(skyline: readonly Segment[], width: number, total: number) {
  let best = { x: 0, y: Infinity };
  for (const { x } of skyline) {
    if (x + width > total + 1e-6) break;
    const y = Math.max(
      ...skyline.filter((s) => s.x < x + width - 1e-6 && s.x + s.width > x + 1e-6).map((s) => s.y),
    );
    if (y < best.y - 1e-6) best = { x, y };
  }
  return best;
}

function raise(skyline: readonly Segment[], x: number, width: number, y: number): Segment[] {
  const end = x + width;
  const left = skyline.filter((s) => s.x < x - 1e-6);
  const right = skyline.filter((s) => s.x + s.width > end + 1e-6);
  return [
    ...left.map((s) => ({ ...s, width: Math.min(s.width, x - s.x) })),
    { x, y, width },
    ...right.map((s) => {
      const from = Math.max(s.x, end);
      return { x: from, y: s.y, width: s.x + s.width - from };
    }),
  ];
}
