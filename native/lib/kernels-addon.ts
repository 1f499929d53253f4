/**
 * What `ethogram_kernels.node` exports: the arithmetic of learning on Eigen. Matrices are
 * row-major; what is handed in is not changed. Throws a RangeError on shapes that don't fit and
 * on numbers that are not finite.
 */
export interface KernelsAddon {
  /** XᵀX, d × d, of rows × d numbers. */
  gram(rows: Float64Array, d: number): Float64Array;
  /** Of a symmetric d × d matrix: eigenvalues, falling, and unit eigenvectors as rows. */
  eigenSymmetric(
    matrix: Float64Array,
    d: number,
  ): { readonly values: Float64Array; readonly vectors: Float64Array };
  /** Squared distances of n points to those that `wanted` names: wanted × n. */
  squaredDistances(points: Float64Array, d: number, wanted: Int32Array): Float64Array;
  /** k-means from given centres, until none moves by more than a squared distance. */
  moveCentres(
    points: Float64Array,
    d: number,
    centres: Float64Array,
    iterations: number,
    tolerance: number,
  ): Float64Array;
}
