import { FORECAST_LAGS, PLAIN_SCALE, packMatrix } from '@ethogram/features';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { DetectorFactory } from './detector.js';

/** Ridge, as a share of the number of rows: components have a variance of about one. */
const RIDGE = 0.1;
/** Smallest standard deviation of an error, in standard deviations of the feature. */
const SMALLEST_SD = 0.01;
/** Rows per unknown that a fit needs. */
const ROWS_PER_UNKNOWN = 2;

/**
 * Forecast: a vector autoregression of the features on the components of the three rows before,
 * by ridge regression from sums of products alone.
 * Memory and time per row: (lags × components)² + features × lags × components.
 */
export const forecastDetector: DetectorFactory = ({ draft }) => {
  if (!draft.axes || draft.features.length === 0) return null;
  const width = draft.axes.rows;
  const unknowns = FORECAST_LAGS * width;
  const features = draft.features.length;
  const products = new Float64Array(unknowns * unknowns);
  const targets = new Float64Array(features * unknowns);
  const squares = new Float64Array(features);
  const past = new Float64Array((FORECAST_LAGS + 1) * width);
  const latestFirst = new Float64Array(unknowns);
  let rows = 0;
  return {
    gather(tracker) {
      if (!tracker.windowKnown(FORECAST_LAGS + 1)) return;
      tracker.window(FORECAST_LAGS + 1, past);
      for (let lag = 0; lag < FORECAST_LAGS; lag++) {
        const from = (FORECAST_LAGS - 1 - lag) * width;
        latestFirst.set(past.subarray(from, from + width), lag * width);
      }
      rows++;
      addProducts(products, latestFirst, latestFirst);
      addProducts(targets, tracker.bent, latestFirst);
      for (let i = 0; i < features; i++) {
        squares[i] = (squares[i] as number) + (tracker.bent[i] as number) ** 2;
      }
    },
    fit() {
      if (rows < ROWS_PER_UNKNOWN * unknowns) return null;
      const gram = new Matrix(
        Array.from({ length: unknowns }, (_, a) =>
          Array.from(products.subarray(a * unknowns, (a + 1) * unknowns)),
        ),
      );
      for (let a = 0; a < unknowns; a++) gram.set(a, a, gram.get(a, a) + RIDGE * rows);
      const moments = new Matrix(
        Array.from({ length: features }, (_, i) =>
          Array.from(targets.subarray(i * unknowns, (i + 1) * unknowns)),
        ),
      );
      const solution = new CholeskyDecomposition(gram).solve(moments.transpose()).transpose();
      const data = Float64Array.from(solution.to1DArray());
      draft.forecast = {
        scale: { ...PLAIN_SCALE },
        loadings: packMatrix({ rows: features, cols: unknowns, data }, 'i16'),
        sd: packMatrix(
          { rows: 1, cols: features, data: errorSd(data, products, targets, squares, rows) },
          'f32',
        ),
      };
      return { view: 'forecast', centres: 0, windows: rows };
    },
  };
};

/** out += column × row. */
function addProducts(out: Float64Array, column: Float64Array, row: Float64Array): void {
  const width = row.length;
  for (let a = 0; a < column.length; a++) {
    const value = column[a] as number;
    if (value === 0) continue;
    for (let b = 0; b < width; b++) {
      out[a * width + b] = (out[a * width + b] as number) + value * (row[b] as number);
    }
  }
}

/** Standard deviation of what the fit leaves, from y′y − 2 b′X′y + b′X′Xb. */
function errorSd(
  loadings: Float64Array,
  products: Float64Array,
  targets: Float64Array,
  squares: Float64Array,
  rows: number,
): Float64Array {
  const unknowns = loadings.length / squares.length;
  return squares.map((square, i) => {
    const b = loadings.subarray(i * unknowns, (i + 1) * unknowns);
    let left = square;
    for (let a = 0; a < unknowns; a++) {
      let fitted = 0;
      for (let c = 0; c < unknowns; c++) {
        fitted += (products[a * unknowns + c] as number) * (b[c] as number);
      }
      left += (b[a] as number) * (fitted - 2 * (targets[i * unknowns + a] as number));
    }
    return Math.max(SMALLEST_SD, Math.sqrt(Math.max(0, left) / rows));
  });
}
