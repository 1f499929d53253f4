import { kmeans } from 'ml-kmeans';
import { type Baseline, spacedRows, standardise, windowAt } from './baseline.js';

const ROWS = 10;
const CENTRES = 32;
const MOST = 3000;

/** Plain k-means on standardised windows of ten rows (k = 32): distance to the nearest centre. */
export const windowKmeans: Baseline = {
  name: 'k-means windows',
  seeded: true,
  score(trainRaw, testRaw, rng) {
    const { train, test } = standardise(trainRaw, testRaw);
    const sample = spacedRows(train, ROWS - 1, MOST).map((row) => windowAt(train, row, ROWS));
    const { centroids } = kmeans(sample, CENTRES, {
      seed: rng.integer(2 ** 31),
      maxIterations: 30,
    });
    const centres = centroids.map((centre) => Float64Array.from(centre));
    return Float64Array.from({ length: test.rows }, (_, row) => {
      const window = Float64Array.from(windowAt(test, row, ROWS));
      let nearest = Number.POSITIVE_INFINITY;
      for (const centre of centres) {
        let sum = 0;
        for (let j = 0; j < centre.length && sum < nearest; j++) {
          sum += ((window[j] as number) - (centre[j] as number)) ** 2;
        }
        nearest = Math.min(nearest, sum);
      }
      return nearest;
    });
  },
};
