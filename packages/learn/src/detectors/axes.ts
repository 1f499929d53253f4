import { type PackedMatrix, packMatrix } from '@ethogram/features';
import type { Kernels } from '../kernels/kernels.js';

/** Leading axes that the long windows of the shape view are made of: it names faults, and does not count. */
export const SHAPE_AXES = 2;

/** The principal axes of a source. */
export interface Axes {
  /** Components × features, unit rows, by falling variance. */
  readonly axes: PackedMatrix;
  /** Share of variance they keep, 0 … 1. */
  readonly explained: number;
}

/**
 * Principal axes of a correlation matrix: as many as keep the wanted share of variance. The sign
 * of an axis is chosen so that its largest loading is positive.
 * @param matrix features × features, symmetric. Complexity: features³.
 */
export function fitAxes(
  matrix: readonly (readonly number[])[],
  variance: number,
  most: number,
  kernels: Kernels,
): Axes {
  const cols = matrix.length;
  const { values, vectors } = kernels.eigenSymmetric(Float64Array.from(matrix.flat()), cols);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let explained = 0;
  let count = 0;
  while (count < Math.min(most, cols) && explained < variance * total) {
    explained += Math.max(0, values[count] as number);
    count++;
  }
  const rows = Math.max(1, count);
  const data = vectors.slice(0, rows * cols);
  for (let k = 0; k < rows; k++) {
    const row = data.subarray(k * cols, (k + 1) * cols);
    const largest = row.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    if (largest < 0) for (let j = 0; j < cols; j++) row[j] = -(row[j] as number);
  }
  return {
    axes: packMatrix({ rows, cols, data }, 'f32'),
    explained: total > 0 ? Math.min(1, explained / total) : 0,
  };
}
