import { Matrix } from 'ml-matrix';
import { PCA } from 'ml-pca';
import { type Baseline, standardise, windowAt } from './baseline.js';

const VARIANCE = 0.95;

/** Squared prediction error of the subspace that keeps 95 % of the variance, row by row. */
export const pcaResidual: Baseline = {
  name: 'PCA residual',
  seeded: false,
  score(trainRaw, testRaw) {
    const { train, test } = standardise(trainRaw, testRaw);
    const width = train.columns.length;
    const rows = Array.from({ length: train.rows }, (_, row) => windowAt(train, row, 1));
    const x = new Matrix(rows);
    const covariance = x
      .transpose()
      .mmul(x)
      .div(train.rows - 1);
    const pca = new PCA(covariance.to2DArray(), { isCovarianceMatrix: true });
    const values = pca.getEigenvalues();
    const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
    const loadings = pca.getLoadings().to2DArray();
    const axes: number[][] = [];
    for (let kept = 0; kept < VARIANCE * total && axes.length < width; ) {
      kept += values[axes.length] ?? 0;
      axes.push(loadings[axes.length] ?? []);
    }
    return Float64Array.from({ length: test.rows }, (_, row) => {
      const z = windowAt(test, row, 1);
      let rest = z.reduce((sum, value) => sum + value * value, 0);
      for (const axis of axes) rest -= axis.reduce((sum, a, j) => sum + a * (z[j] ?? 0), 0) ** 2;
      return rest;
    });
  },
};
