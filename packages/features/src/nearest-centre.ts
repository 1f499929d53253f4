import type { DenseMatrix } from './packed-matrix.js';

/** Numbers that are added up between looks at whether it is too far already. */
const STRIDE = 8;

/** The centre nearest to a point. */
export interface Nearest {
  readonly index: number;
  /** Squared Euclidean distance, ≥ 0. */
  readonly squared: number;
}

/**
 * Finds the nearest row of a matrix of centres, the first where several are as near. Complexity:
 * O(centres × dimensions).
 * @param centres at least one row; as many columns as the point has numbers.
 * @param hint the row that is likely nearest: it changes the time, not the result.
 */
export function nearestCentre(centres: DenseMatrix, point: Float64Array, hint = 0): Nearest {
  const { rows, cols, data } = centres;
  let index = 0;
  let squared = Number.POSITIVE_INFINITY;
  const likely = squaredDistance(data, hint * cols, point, cols, squared);
  if (likely < squared) {
    squared = likely;
    index = hint;
  }
  for (let k = 0; k < rows; k++) {
    if (k === hint) continue;
    const sum = squaredDistance(data, k * cols, point, cols, squared);
    if (sum < squared || (sum === squared && k < index)) {
      squared = sum;
      index = k;
    }
  }
  return { index, squared };
}

/** Squared distance of a point to a row, or a number above `enough` once it is known to be more. */
function squaredDistance(
  data: Float64Array,
  from: number,
  point: Float64Array,
  cols: number,
  enough: number,
): number {
  let sum = 0;
  let j = 0;
  while (j < cols && sum <= enough) {
    const end = Math.min(cols, j + STRIDE);
    for (; j < end; j++) {
      const difference = (point[j] as number) - (data[from + j] as number);
      sum += difference * difference;
    }
  }
  return sum;
}
