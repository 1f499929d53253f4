/** Smallest squared distance that still counts: a distance of zero is near, not infinitely near. */
const NEAREST = 1e-4;
/** Smallest unit of a scale: a view that never moved in training must not shout at a whisper. */
const SMALLEST_UNIT = 0.15;
/** Share of training below the zero of a scale. */
const ZERO_QUANTILE = 0.9;
/** Calibration steps over which evidence fades: faults of an hour, and faults of half a day. */
export const MEMORY_STEPS: readonly number[] = Object.freeze([60, 240]);

/** Surprise in units of the tail: 0 at the 90 % quantile of training, one mean excess per unit. */
export interface SurpriseScale {
  readonly from: number;
  readonly by: number;
}

/** The scale that changes nothing: what holds before anything was measured. */
export const PLAIN_SCALE: SurpriseScale = Object.freeze({ from: 0, by: 1 });

/** The views of one source brought to one number. */
export interface Combined {
  /** Mean plus maximum of the surprises that count, on their own scale; NaN without one. */
  readonly s: number;
  /** Index of the counting view with the largest surprise; -1 without one. */
  readonly worst: number;
}

/** What combining needs to know of a list of views. */
export interface Combination {
  /** One per view. */
  readonly scales: readonly SurpriseScale[];
  /** Whether a view counts towards the score, one per view. */
  readonly counts: readonly boolean[];
  /** Scale of the combined surprise. */
  readonly whole: SurpriseScale;
}

/**
 * Combines the squared distances of views. Each is measured in mean excesses over its own 90 %
 * quantile, so that neither a view of large numbers nor one of heavy tails drowns the others.
 * @param distances squared, NaN where a view is silent.
 */
export function combineViews(distances: Float64Array, combination: Combination): Combined {
  const { scales, counts, whole } = combination;
  let sum = 0;
  let count = 0;
  let max = Number.NEGATIVE_INFINITY;
  let worst = -1;
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i] as number;
    if (!counts[i] || Number.isNaN(distance)) continue;
    const term = surprise(distance, scales[i] as SurpriseScale);
    sum += term;
    count++;
    if (term > max) {
      max = term;
      worst = i;
    }
  }
  return { s: count > 0 ? (sum / count + max - whole.from) / whole.by : Number.NaN, worst };
}

/** The surprise of a squared distance: ½ ln d² on a scale. */
export function surprise(distance: number, scale: SurpriseScale): number {
  return (halfLog(distance) - scale.from) / scale.by;
}

/** The scale of a view from its squared distances in training, at least one. */
export function scaleOfDistances(distances: readonly number[]): SurpriseScale {
  return scaleOf(distances.map(halfLog));
}

/** The scale of numbers: their 90 % quantile, and the mean of what lies beyond. At least one. */
export function scaleOf(values: readonly number[]): SurpriseScale {
  const sorted = Float64Array.from(values).sort();
  const at = Math.floor((sorted.length - 1) * ZERO_QUANTILE);
  const from = sorted[at] as number;
  const beyond = sorted.subarray(at + 1);
  const excess = beyond.reduce((sum, value) => sum + (value - from), 0);
  return { from, by: Math.max(SMALLEST_UNIT, beyond.length > 0 ? excess / beyond.length : 0) };
}

/**
 * Lets evidence fade and takes a new score in: the exponential mean of what was above 0. Faults
 * last, and what was odd for an hour is more than one odd row.
 * @param steps of {@link MEMORY_STEPS}
 */
export function remember(memory: number, s: number, steps: number): number {
  return memory + (Math.max(0, s) - memory) / steps;
}

function halfLog(distance: number): number {
  return 0.5 * Math.log(Math.max(distance, NEAREST));
}
