import { kmeans } from 'ml-kmeans';
import { Matrix } from 'ml-matrix';
import { PCA } from 'ml-pca';
import type { Kernels } from './kernels.js';

/** The kernels on ml-matrix, ml-pca and ml-kmeans: the reference, and what works everywhere. */
export const TYPESCRIPT_KERNELS: Kernels = Object.freeze({
  name: 'typescript',
  gram,
  eigenSymmetric(matrix: Float64Array, d: number) {
    if (!matrix.every(Number.isFinite)) {
      throw new RangeError('eigenvectors: expected finite numbers, found one that is not');
    }
    const pca = new PCA(new Matrix(rowsOf(matrix, d)), { isCovarianceMatrix: true });
    return {
      values: Float64Array.from(pca.getEigenvalues()),
      vectors: Float64Array.from(pca.getLoadings().to1DArray()),
    };
  },
  squaredDistances,
  moveCentres(
    points: Float64Array,
    d: number,
    centres: Float64Array,
    { iterations, tolerance }: { readonly iterations: number; readonly tolerance: number },
  ) {
    const { centroids } = kmeans(rowsOf(points, d), centres.length / d, {
      initialization: rowsOf(centres, d),
      maxIterations: iterations,
      tolerance,
    });
    return Float64Array.from(centroids.flat());
  },
} satisfies Kernels);

/** ml-matrix would make a matrix of the transposed rows and then one of the product. */
function gram(rows: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let from = 0; from < rows.length; from += d) {
    for (let i = 0; i < d; i++) {
      const value = rows[from + i] as number;
      if (value === 0) continue;
      for (let j = i; j < d; j++) {
        out[i * d + j] = (out[i * d + j] as number) + value * (rows[from + j] as number);
      }
    }
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) out[i * d + j] = out[j * d + i] as number;
  }
  return out;
}

function squaredDistances(points: Float64Array, d: number, wanted: Int32Array): Float64Array {
  const n = points.length / d;
  const out = new Float64Array(wanted.length * n);
  for (const [w, point] of wanted.entries()) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const difference = (points[i * d + j] as number) - (points[point * d + j] as number);
        sum += difference * difference;
      }
      out[w * n + i] = sum;
    }
  }
  return out;
}

function rowsOf(data: Float64Array, d: number): number[][] {
  return Array.from({ length: data.length / d }, (_, i) =>
    Array.from(data.subarray(i * d, (i + 1) * d)),
  );
}
