/** When {@link Kernels.moveCentres} stops. */
export interface MoveOptions {
  /** Most moves, ≥ 1. */
  readonly iterations: number;
  /** Squared distance up to which a centre counts as unmoved. */
  readonly tolerance: number;
}

/** Eigenvalues and eigenvectors of a symmetric matrix. */
export interface Eigen {
  /** Falling. */
  readonly values: Float64Array;
  /** Unit eigenvectors as rows, in the order of the values; their sign is open. */
  readonly vectors: Float64Array;
}

/**
 * The arithmetic that learning spends its time on. All matrices are row-major; nothing is changed
 * in place. Scoring never calls it, so that replays do not depend on who computed a model.
 */
export interface Kernels {
  readonly name: 'typescript' | 'native';
  /** Gram matrix XᵀX, d × d, of rows × d numbers. Complexity: rows × d². */
  gram(rows: Float64Array, d: number): Float64Array;
  /**
   * All eigenvalues and eigenvectors of a symmetric d × d matrix. Complexity: d³.
   * @throws Error where a number is not finite.
   */
  eigenSymmetric(matrix: Float64Array, d: number): Eigen;
  /** Squared distances of n points to some of them: wanted × n. */
  squaredDistances(points: Float64Array, d: number, wanted: Int32Array): Float64Array;
  /**
   * Lloyd's iterations from given centres; one that loses all its points stays where it is.
   * @param points n × d; @param centres k × d, 1 ≤ k ≤ n.
   * @returns k × d. Complexity: n × k × d per move.
   */
  moveCentres(
    points: Float64Array,
    d: number,
    centres: Float64Array,
    options: MoveOptions,
  ): Float64Array;
}

/** What a module of kernels exports, so that worker threads can load it too. */
export interface KernelModule {
  readonly kernels: Kernels;
}
