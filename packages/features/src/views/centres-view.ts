import { nearestCentre } from '../nearest-centre.js';
import { type DenseMatrix, type PackedMatrix, unpackMatrix } from '../packed-matrix.js';

/** What k-means leaves: its centres, one per row. */
export interface CentresPart {
  readonly centres: PackedMatrix;
}

/**
 * Squared Hellinger distance up to which two mixes are the same: shares of one half that differ
 * by three hundredths. Without it a source that always does the same would alarm at a rounding.
 */
export const SAME_MIX = 1e-3;

/** Squared distances to learned centres, with a buffer of its own for the point. */
export class Centres {
  readonly point: Float64Array;
  readonly #centres: DenseMatrix;
  /** The centre that was nearest last: likely the nearest again. */
  #last = 0;

  constructor(part: CentresPart) {
    this.#centres = unpackMatrix(part.centres);
    this.point = new Float64Array(this.#centres.cols);
  }

  /** Squared distance of {@link point} to the nearest centre. */
  squared(): number {
    const { index, squared } = nearestCentre(this.#centres, this.point, this.#last);
    this.#last = index;
    return squared;
  }

  /** Turns {@link point} into its difference from the nearest centre. */
  difference(): Float64Array {
    const { index } = nearestCentre(this.#centres, this.point);
    const { cols, data } = this.#centres;
    for (let j = 0; j < cols; j++) {
      this.point[j] = (this.point[j] as number) - (data[index * cols + j] as number);
    }
    return this.point;
  }
}
