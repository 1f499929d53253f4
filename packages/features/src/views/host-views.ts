import { type PackedMatrix, unpackMatrix } from '../packed-matrix.js';

/** Standard deviations beyond which activity counts no further: one source must not hide the others. */
const MOST = 10;

/** Mean and standard deviation of ln(1 + activity per second). */
export interface ActivityScale {
  readonly mean: number;
  /** > 0. */
  readonly sd: number;
}

/** Activity per second in standard deviations of its logarithm, at most ten either way. */
export function activityDeviation(activity: number, { mean, sd }: ActivityScale): number {
  return Math.max(-MOST, Math.min(MOST, (Math.log1p(activity) - mean) / sd));
}

/** Activity per second that lies so many standard deviations from the usual: the inverse. */
export function activityAt(deviation: number, { mean, sd }: ActivityScale): number {
  return Math.max(0, Math.expm1(mean + sd * deviation));
}

/**
 * How far the sources of a host are from moving together as they did: z′Pz with the precision
 * matrix P of their activities (Mahalanobis 1936). What a source does beyond what all others let
 * expect is (Pz)ᵢ/√Pᵢᵢ, of unit variance where z is Gaussian with covariance P⁻¹.
 */
export class HostJointView {
  /** Deviation of each member from what the others foretell, of the last {@link distance}. */
  readonly unforeseen: Float64Array;
  /** Standard deviation of that part of a member which the others don't foretell. */
  readonly ownSd: Float64Array;
  readonly #precision: Float64Array;
  readonly #size: number;

  /** @param precision members × members, symmetric, positive definite. */
  constructor(precision: PackedMatrix) {
    const { rows, data } = unpackMatrix(precision);
    this.#size = rows;
    this.#precision = data;
    this.unforeseen = new Float64Array(rows);
    this.ownSd = Float64Array.from(
      { length: rows },
      (_, i) => 1 / Math.sqrt(data[i * rows + i] as number),
    );
  }

  /**
   * z′Pz a member, ≥ 0. Complexity: members².
   * @param z deviations of the members.
   */
  distance(z: Float64Array): number {
    const size = this.#size;
    let whole = 0;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) {
        sum += (this.#precision[i * size + j] as number) * (z[j] as number);
      }
      whole += sum * (z[i] as number);
      this.unforeseen[i] = sum * (this.ownSd[i] as number);
    }
    return Math.max(0, whole / size);
  }

  /** The member that is furthest from what the others foretell. */
  culprit(): number {
    let worst = 0;
    for (const [i, value] of this.unforeseen.entries()) {
      if (Math.abs(value) > Math.abs(this.unforeseen[worst] as number)) worst = i;
    }
    return worst;
  }
}

/** How the activity of a callee follows that of its caller. */
export interface RelationEdge {
  /** Places among the members. */
  readonly caller: number;
  readonly callee: number;
  /** Standard deviations of the callee per one of the caller. */
  readonly slope: number;
  /** Standard deviation of what is left, > 0. */
  readonly sd: number;
}

/**
 * Squared standard deviations by which a callee falls short of what its caller lets expect;
 * 0 where it does not.
 */
export function shortfall(edge: RelationEdge, z: Float64Array): number {
  const { caller, callee, slope, sd } = edge;
  const missing = (slope * (z[caller] as number) - (z[callee] as number)) / sd;
  return missing > 0 ? missing * missing : 0;
}
