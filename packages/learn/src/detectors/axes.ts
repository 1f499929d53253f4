import { type PackedMatrix, packMatrix } from '@ethogram/features';
import { Matrix } from 'ml-matrix';
import { PCA } from 'ml-pca';

/** The principal axes of a source. */
export interface Axes {
  /** Components × features, unit rows, by falling variance. */
  readonly axes: PackedMatrix;
  /** Share of variance they keep, 0 … 1. */
  readonly explained: number;
}

/**
 * Principal axes of a correlation matrix (ml-pca): as many as keep the wanted share of variance.
 * The sign of an axis is chosen so that its largest loading is positive.
 * @param matrix features × features, symmetric. Complexity: features³.
 */
export function fitAxes(
  matrix: readonly (readonly number[])[],
  variance: number,
  most: number,
): Axes {
  const pca = new PCA(new Matrix(matrix.map((row) => [...row])), { isCovarianceMatrix: true });
  const values = pca.getEigenvalues().map((value) => Math.max(0, value));
  const total = values.reduce((sum, value) => sum + value, 0);
  const loadings = pca.getLoadings().to2DArray();
  let explained = 0;
  let count = 0;
  while (count < Math.min(most, values.length) && explained < variance * total) {
    explained += values[count] as number;
    count++;
  }
  const cols = matrix.length;
  const data = new Float64Array(Math.max(1, count) * cols);
  for (let k = 0; k < Math.max(1, count); k++) {
    const row = loadings[k] ?? [];
    const largest = row.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    for (let j = 0; j < cols; j++) data[k * cols + j] = (row[j] ?? 0) * (largest < 0 ? -1 : 1);
  }
  return {
    axes: packMatrix({ rows: Math.max(1, count), cols, data }, 'f32'),
    explained: total > 0 ? Math.min(1, explained / total) : 0,
  };
}
