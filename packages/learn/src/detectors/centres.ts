import { type PackedMatrix, packMatrix } from '@ethogram/features';
import { kmeans } from 'ml-kmeans';

/** Fewest vectors that a clustering is fitted on. */
export const MIN_VECTORS = 20;

/**
 * k-means (ml-kmeans, k-means++ seeding) on a sample of vectors; k shrinks to what the sample
 * carries: at least 20 vectors a centre, and no more centres than different vectors.
 * @returns null where there are fewer than {@link MIN_VECTORS}.
 * Complexity: vectors × k × dimensions per iteration, at most 30 iterations.
 */
export function fitCentres(
  vectors: readonly Float32Array[],
  k: number,
  seed: number,
): PackedMatrix | null {
  const cols = vectors[0]?.length ?? 0;
  if (vectors.length < MIN_VECTORS || cols === 0) return null;
  const wanted = Math.max(2, Math.min(k, Math.floor(vectors.length / 20)));
  const data = vectors.map((vector) => Array.from(vector));
  const clusters = Math.min(wanted, countDifferent(vectors, wanted));
  const centroids =
    clusters < 2
      ? [data[0] as number[]]
      : kmeans(data, clusters, { seed, maxIterations: 30, tolerance: 1e-4 }).centroids;
  const kept = centroids.filter((row) => row.every((x) => Number.isFinite(x)));
  return packMatrix({ rows: kept.length, cols, data: Float64Array.from(kept.flat()) }, 'i16');
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
