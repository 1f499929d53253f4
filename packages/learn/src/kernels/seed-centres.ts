import type { Rng } from '@ethogram/core';
import type { Kernels } from './kernels.js';

/**
 * First centres by greedy k-means++ (Arthur & Vassilvitskii 2007; as scikit-learn does it): every
 * next one is drawn by its squared distance to the nearest so far, the best of 2 + ⌊ln k⌋ draws.
 * Complexity: n × d × k × draws.
 * @param points n × d; @returns k × d.
 */
export function seedCentres(
  points: Float64Array,
  d: number,
  k: number,
  rng: Rng,
  kernels: Kernels,
): Float64Array {
  const n = points.length / d;
  const draws = 2 + Math.floor(Math.log(k));
  const centres = new Float64Array(k * d);
  const place = (at: number, point: number): void => {
    centres.set(points.subarray(point * d, (point + 1) * d), at * d);
  };
  const first = rng.integer(n);
  place(0, first);
  let nearest = kernels.squaredDistances(points, d, Int32Array.of(first));
  for (let at = 1; at < k; at++) {
    const wanted = Int32Array.from({ length: draws }, () => drawByWeight(nearest, rng.next()));
    const distances = kernels.squaredDistances(points, d, wanted);
    let best = nearest;
    let smallest = Number.POSITIVE_INFINITY;
    let chosen = 0;
    for (let draw = 0; draw < draws; draw++) {
      const closer = minimum(nearest, distances.subarray(draw * n, (draw + 1) * n));
      const sum = total(closer);
      if (sum < smallest) {
        smallest = sum;
        best = closer;
        chosen = draw;
      }
    }
    place(at, wanted[chosen] as number);
    nearest = best;
  }
  return centres;
}

/** The index at which the running sum of the weights passes a share of all. */
function drawByWeight(weights: Float64Array, share: number): number {
  const goal = share * total(weights);
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight > 0) last = i;
    sum += weight;
    if (sum > goal) return i;
  }
  return last;
}

function minimum(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = Math.min(a[i] as number, b[i] as number);
  return out;
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
