/** A half-open range of time `[from, to)`, integer milliseconds UTC. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The time that is learned from or scored: a range with exclusions. */
export interface Window extends TimeRange {
  readonly exclude: readonly TimeRange[];
}

/** Whether an instant belongs to a window. Complexity: linear in the exclusions. */
export function windowHolds(window: Window, ts: number): boolean {
  if (ts < window.from || ts >= window.to) return false;
  return !window.exclude.some((range) => ts >= range.from && ts < range.to);
}

/**
 * The length of a window without what it excludes, in milliseconds; overlapping exclusions
 * count once.
 */
export function windowLengthMs(window: Window): number {
  const ranges = window.exclude
    .map((r) => ({ from: Math.max(r.from, window.from), to: Math.min(r.to, window.to) }))
    .filter((r) => r.to > r.from)
    .sort((a, b) => a.from - b.from);
  let length = Math.max(0, window.to - window.from);
  let reached = window.from;
  for (const range of ranges) {
    const from = Math.max(range.from, reached);
    if (range.to > from) {
      length -= range.to - from;
      reached = range.to;
    }
  }
  return length;
}
