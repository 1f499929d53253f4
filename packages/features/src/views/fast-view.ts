/** Mean and standard deviation of ln(1 + x per second) within one tick, and the most ever seen. */
export interface FastScale {
  readonly mean: number;
  /** > 0. */
  readonly sd: number;
  readonly most: number;
}

/** Times the most of training from which a tick may be critical at once. */
const FAR_BEYOND = 3;

/**
 * Squared standard deviations by which a tick's activity or failures exceed the usual, the larger
 * of the two; 0 where neither does. A source that does less is the business of other views.
 */
export function fastDistance(
  now: number,
  failures: number,
  activity: FastScale,
  failing: FastScale,
): number {
  const a = (Math.log1p(now) - activity.mean) / activity.sd;
  const f = (Math.log1p(failures) - failing.mean) / failing.sd;
  const most = Math.max(a, f);
  return most > 0 ? most * most : 0;
}

/** Whether a value lies far beyond everything that training showed, one call a second at least. */
export function isFarBeyond(value: number, { most }: FastScale): boolean {
  return value + 1 > FAR_BEYOND * (most + 1);
}
