import type { Rng } from '@ethogram/core';
import { kmeans } from 'ml-kmeans';
import { Matrix } from 'ml-matrix';
import { PCA } from 'ml-pca';
import type { Table } from '../data-sets.js';
import { type Baseline, spacedRows, standardise, windowAt } from './baseline.js';
import { subtractDailyCourse } from './daily-course.js';

const VARIANCE = 0.99;
const MOST_WINDOWS = 3000;
const SLOW_ROWS = 30;
const NORMAL_QUANTILE = 0.99;

/**
 * The recipe that the product began with: daily course, standard deviations, then five views
 * (k-means on windows of 10 rows and on the shapes of 40, mean square of 30 rows, residual and T²
 * of the principal subspace), each as ½ ln(d²/q99 of training), mean plus maximum.
 * @param most principal components kept before rows become windows; at most those that hold 99 %.
 */
export function referenceRecipe(name: string, most: number): Baseline {
  return {
    name,
    seeded: true,
    score(trainRaw, testRaw, rng, intervalMs) {
      const calm = subtractDailyCourse(trainRaw, testRaw, intervalMs);
      const { train, test } = standardise(calm.train, calm.test);
      const axes = principalAxes(train, most);
      const learned: Seen = { rows: train, components: project(train, axes.loadings) };
      const scored: Seen = { rows: test, components: project(test, axes.loadings) };
      const views: readonly View[] = [
        centresView(learned, 10, 32, false, rng),
        centresView(learned, 40, 10, true, rng),
        slow,
        residual,
        (seen) => hotelling(seen, axes.variances),
      ];
      const terms = views.map((view) => {
        const sorted = view(learned).sort();
        const usual = Math.max(
          1e-9,
          sorted[Math.floor(NORMAL_QUANTILE * (sorted.length - 1))] ?? 0,
        );
        return view(scored).map((d) => 0.5 * Math.log(Math.max(d, 1e-9) / usual));
      });
      return Float64Array.from({ length: test.rows }, (_, row) => {
        const each = terms.map((term) => term[row] as number);
        return each.reduce((sum, term) => sum + term, 0) / each.length + Math.max(...each);
      });
    },
  };
}

/** Standardised rows, and the same along the axes. */
interface Seen {
  readonly rows: Table;
  readonly components: Table;
}

/** A squared distance per row. */
type View = (seen: Seen) => Float64Array;

function principalAxes(train: Table, most: number): { loadings: number[][]; variances: number[] } {
  const x = new Matrix(Array.from({ length: train.rows }, (_, row) => windowAt(train, row, 1)));
  const covariance = x
    .transpose()
    .mmul(x)
    .div(train.rows - 1);
  const pca = new PCA(covariance.to2DArray(), { isCovarianceMatrix: true });
  const values = pca.getEigenvalues().map((value) => Math.max(0, value));
  const total = values.reduce((sum, value) => sum + value, 0);
  const all = pca.getLoadings().to2DArray();
  let count = 0;
  for (let kept = 0; kept < VARIANCE * total && count < Math.min(most, values.length); count++) {
    kept += values[count] as number;
  }
  return { loadings: all.slice(0, Math.max(1, count)), variances: values };
}

/** Rows along the axes, as a table with a column per axis. */
function project(table: Table, loadings: readonly number[][]): Table {
  const width = table.columns.length;
  const data = new Float64Array(table.rows * loadings.length);
  for (let row = 0; row < table.rows; row++) {
    for (const [k, axis] of loadings.entries()) {
      let sum = 0;
      for (let j = 0; j < width; j++) {
        sum += (table.data[row * width + j] as number) * (axis[j] as number);
      }
      data[row * loadings.length + k] = sum;
    }
  }
  return { columns: loadings.map((_, k) => `pc${k}`), rows: table.rows, data };
}

/** Squared distance of every window to the nearest of the centres of training. */
function centresView(learned: Seen, rows: number, k: number, shape: boolean, rng: Rng): View {
  const window = (table: Table, row: number): number[] => {
    const values = windowAt(table, row, rows);
    return shape ? standardised(values) : values;
  };
  const sample = spacedRows(learned.components, rows - 1, MOST_WINDOWS).map((row) =>
    window(learned.components, row),
  );
  const fitted = kmeans(sample, Math.min(k, Math.max(1, sample.length >> 2)), {
    seed: rng.integer(2 ** 31),
    maxIterations: 30,
  });
  const centres = fitted.centroids.map((centre) => Float64Array.from(centre));
  return ({ components: table }) =>
    Float64Array.from({ length: table.rows }, (_, row) => {
      const values = window(table, row);
      let nearest = Number.POSITIVE_INFINITY;
      for (const centre of centres) {
        let sum = 0;
        for (let j = 0; j < centre.length && sum < nearest; j++) {
          sum += ((values[j] as number) - (centre[j] as number)) ** 2;
        }
        nearest = Math.min(nearest, sum);
      }
      return nearest;
    });
}

function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  return values.map((value) => (sd > 1e-9 ? (value - mean) / sd : 0));
}

/** Mean square of the last thirty rows. */
function slow({ rows: table }: Seen): Float64Array {
  const energy = squares(table);
  let sum = 0;
  return energy.map((value, row) => {
    sum += value - (row >= SLOW_ROWS ? (energy[row - SLOW_ROWS] as number) : 0);
    return sum / Math.min(SLOW_ROWS, row + 1) / table.columns.length;
  });
}

function squares(table: Table): Float64Array {
  const width = table.columns.length;
  return Float64Array.from({ length: table.rows }, (_, row) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (table.data[row * width + j] as number) ** 2;
    return sum;
  });
}

/** What the axes leave of every row. */
function residual({ rows, components }: Seen): Float64Array {
  const kept = squares(components);
  return squares(rows).map((all, row) => Math.max(0, all - (kept[row] as number)));
}

/** Hotelling's T² of every row. */
function hotelling({ components }: Seen, variances: readonly number[]): Float64Array {
  const width = components.columns.length;
  return Float64Array.from({ length: components.rows }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      sum += (components.data[row * width + k] as number) ** 2 / Math.max(1e-9, variances[k] ?? 0);
    }
    return sum;
  });
}
