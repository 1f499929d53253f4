import type { DenseMatrix } from './packed-matrix.js';

/** The centre nearest to a point. */
export interface Nearest {
  readonly index: number;
  /** Squared Euclidean distance, ≥ 0. */
  readonly squared: number;
}

/**
 * Finds the nearest row of a matrix of centres. Complexity: O(centres × dimensions).
 * @param centres at least one row; as many columns as the point has numbers.
 */
export function nearestCentre(centres: DenseMatrix, point: Float64Array): Nearest {
  const { rows, cols, data } = centres;
  let index = 0;
  let squared = Number.POSITIVE_INFINITY;
  for (let k = 0; k < rows; k++) {
    let sum = 0;
    const base = k * cols;
    for (let j = 0; j < cols && sum < squared; j++) {
      const difference = (point[j] as number) - (data[base + j] as number);
      sum += difference * difference;
    }
    if (sum < squared) {
      squared = sum;
      index = k;
    }
  }
  return { index, squared };
}
