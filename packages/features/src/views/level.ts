import { type DenseMatrix, type PackedMatrix, unpackMatrix } from '../packed-matrix.js';
import type { SourceTracker } from '../source-tracker.js';
import { Centres, type CentresPart } from './centres-view.js';
import { addShares, type View } from './view.js';

/** Rows in a window of the level view. */
export const LEVEL_ROWS = 10;
/** Rows in a window of the shape view. */
export const SHAPE_ROWS = 40;

/**
 * Distance of the last rows, as one vector of components, to the nearest of the windows that
 * k-means found in training.
 * @param part centres, each rows × as many of the leading components as it was learned on.
 * @param axes principal axes of the source, components × features.
 */
export function levelView(part: CentresPart, axes: PackedMatrix): View {
  const centres = new Centres(part);
  const loadings = unpackMatrix(axes);
  const width = part.centres.cols / LEVEL_ROWS;
  return {
    name: 'level',
    rows: LEVEL_ROWS,
    counts: true,
    distance(tracker) {
      if (!tracker.windowKnown(LEVEL_ROWS)) return Number.NaN;
      tracker.window(LEVEL_ROWS, centres.point);
      return centres.squared();
    },
    explain(tracker, shares) {
      if (!tracker.windowKnown(LEVEL_ROWS)) return;
      tracker.window(LEVEL_ROWS, centres.point);
      addShares(backProject(centres.difference(), loadings, width), shares.features);
    },
  };
}

/**
 * Distance of a longer window, brought to mean 0 and variance 1 as a whole, to the nearest
 * learned shape: it sees courses that are odd at ordinary levels.
 */
export function shapeView(part: CentresPart, axes: PackedMatrix): View {
  const centres = new Centres(part);
  const loadings = unpackMatrix(axes);
  const width = part.centres.cols / SHAPE_ROWS;
  const load = (tracker: SourceTracker): boolean => {
    if (!tracker.windowKnown(SHAPE_ROWS)) return false;
    tracker.window(SHAPE_ROWS, centres.point);
    standardiseWindow(centres.point);
    return true;
  };
  return {
    name: 'shape',
    rows: SHAPE_ROWS,
    counts: false,
    distance: (tracker) => (load(tracker) ? centres.squared() : Number.NaN),
    explain(tracker, shares) {
      if (load(tracker))
        addShares(backProject(centres.difference(), loadings, width), shares.features);
    },
  };
}

/** Brings a window to mean 0 and variance 1 in place; one that does not move becomes zeros. */
export function standardiseWindow(window: Float64Array): void {
  let mean = 0;
  for (const value of window) mean += value;
  mean /= window.length;
  let variance = 0;
  for (const value of window) variance += (value - mean) ** 2;
  const sd = Math.sqrt(variance / window.length);
  for (let i = 0; i < window.length; i++) {
    window[i] = sd > 1e-9 ? ((window[i] as number) - mean) / sd : 0;
  }
}

/** Squared difference per feature of a window of differences in the leading components. */
function backProject(window: Float64Array, axes: DenseMatrix, width: number): Float64Array {
  const out = new Float64Array(axes.cols);
  for (let from = 0; from < window.length; from += width) {
    for (let j = 0; j < axes.cols; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        sum += (window[from + k] as number) * (axes.data[k * axes.cols + j] as number);
      }
      out[j] = (out[j] as number) + sum * sum;
    }
  }
  return out;
}
