/** Smallest d²/q99 that still counts: a distance of zero is near, not infinitely near. */
const NEAREST = 1e-6;

/** The views of one source brought to one number. */
export interface Combined {
  /** Mean plus maximum of ½ ln(d²/q99) over the views that had something to say; NaN without one. */
  readonly s: number;
  /** Index of the view with the largest term; -1 without one. */
  readonly worst: number;
}

/**
 * Combines the squared distances of views: each on the scale of its own 99 % quantile in
 * training, so that none drowns the others.
 * @param distances squared, NaN where a view is silent.
 * @param q99 of training, > 0, one per view.
 */
export function combineViews(distances: Float64Array, q99: Float64Array): Combined {
  let sum = 0;
  let count = 0;
  let max = Number.NEGATIVE_INFINITY;
  let worst = -1;
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i] as number;
    if (Number.isNaN(distance)) continue;
    const term = viewTerm(distance, q99[i] as number);
    sum += term;
    count++;
    if (term > max) {
      max = term;
      worst = i;
    }
  }
  return { s: count > 0 ? sum / count + max : Number.NaN, worst };
}

/** ½ ln(d²/q99) of one view. */
export function viewTerm(distance: number, q99: number): number {
  return 0.5 * Math.log(Math.max(distance / q99, NEAREST));
}
