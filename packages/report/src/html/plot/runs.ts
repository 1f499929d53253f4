/** A stretch `[from, to)` of bins. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** The longest stretches in which a test holds, in order. */
export function runs(count: number, holds: (i: number) => boolean): readonly Run[] {
  const found: Run[] = [];
  let from = -1;
  for (let i = 0; i <= count; i++) {
    const isIn = i < count && holds(i);
    if (isIn && from < 0) from = i;
    if (!isIn && from >= 0) {
      found.push({ from, to: i });
      from = -1;
    }
  }
  return found;
}
