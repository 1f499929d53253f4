import { seededRng } from '@ethogram/core';
import { type PackedMatrix, packMatrix } from '@ethogram/features';
import type { Kernels } from '../kernels/kernels.js';
import { seedCentres } from '../kernels/seed-centres.js';

/** Fewest vectors that a clustering is fitted on. */
export const MIN_VECTORS = 20;

/** Moves after which a clustering stops, and the squared distance that counts as none. */
const ITERATIONS = 30;
const TOLERANCE = 1e-4;

/**
 * k-means (k-means++ seeding) on a sample of vectors; k shrinks to what the sample carries: at
 * least 20 vectors a centre, and no more centres than different vectors.
 * @returns null where there are fewer than {@link MIN_VECTORS}.
 * Complexity: vectors × k × dimensions per iteration, at most 30 iterations.
 */
export function fitCentres(
  vectors: readonly Float32Array[],
  k: number,
  seed: number,
  kernels: Kernels,
): PackedMatrix | null {
  const cols = vectors[0]?.length ?? 0;
  if (vectors.length < MIN_VECTORS || cols === 0) return null;
  const wanted = Math.max(2, Math.min(k, Math.floor(vectors.length / 20)));
  const points = new Float64Array(vectors.length * cols);
  for (const [i, vector] of vectors.entries()) points.set(vector, i * cols);
  const clusters = Math.min(wanted, countDifferent(vectors, wanted));
  const first = seedCentres(points, cols, clusters, seededRng(seed), kernels);
  const data =
    clusters < 2
      ? first
      : kernels.moveCentres(points, cols, first, { iterations: ITERATIONS, tolerance: TOLERANCE });
  return packMatrix({ rows: clusters, cols, data }, 'i16');
}

/** How many different vectors there are, counted up to a limit. */
function countDifferent(vectors: readonly Float32Array[], limit: number): number {
  const seen = new Set<string>();
  for (const vector of vectors) {
    seen.add(vector.join());
    if (seen.size >= limit) break;
  }
  return seen.size;
}
