import { type PackedMatrix, unpackMatrix } from '../packed-matrix.js';
import type { SourceTracker } from '../source-tracker.js';
import { addShares, type View } from './view.js';

/**
 * Squared prediction error of the principal subspace: how far the metrics are from moving
 * together as they did (Jackson & Mudholkar 1979).
 * @param axes principal axes, components × features; fewer components than features.
 */
export function jointView(axes: PackedMatrix): View {
  const { rows, cols, data } = unpackMatrix(axes);
  const residual = new Float64Array(cols);
  const load = (tracker: SourceTracker): void => {
    for (let j = 0; j < cols; j++) {
      let fitted = 0;
      for (let k = 0; k < rows; k++) {
        fitted += (tracker.components[k] as number) * (data[k * cols + j] as number);
      }
      residual[j] = ((tracker.bent[j] as number) - fitted) ** 2;
    }
  };
  return {
    name: 'joint',
    rows: 1,
    counts: false,
    distance(tracker) {
      if (!tracker.rowKnown) return Number.NaN;
      load(tracker);
      let sum = 0;
      for (const value of residual) sum += value;
      return sum;
    },
    explain(tracker, shares) {
      load(tracker);
      addShares(residual, shares.features);
    },
  };
}
