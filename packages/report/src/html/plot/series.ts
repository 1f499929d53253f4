/** One line or band of a plot. */
export interface NamedSeries {
  readonly name: string;
  /** One value a bin; NaN where nothing was measured. */
  readonly values: Float64Array;
}

/** The largest number; 0 of none. */
export function largest(values: Float64Array): number {
  let most = 0;
  // Not Math.max: what is not known must not win.
  for (const value of values) if (value > most) most = value;
  return most;
}
