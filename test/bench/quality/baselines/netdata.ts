import { kmeans } from 'ml-kmeans';
import type { Table } from '../data-sets.js';
import type { Baseline } from './baseline.js';

const LAGS = 6;
const SMOOTH = 3;
const MOST = 1500;

/**
 * Netdata's scheme: per metric 2-means on six lagged, smoothed differences; the distance of a row
 * is the mean distance to both centres, brought to 0 … 1 by the range seen in training. The score
 * of a row is the mean over the metrics.
 */
export const netdata: Baseline = {
  name: 'netdata (2-means per metric)',
  seeded: true,
  score(train, test, rng) {
    const width = train.columns.length;
    const scores = new Float64Array(test.rows);
    let used = 0;
    for (let column = 0; column < width; column++) {
      const known = lagged(train, column);
      const step = Math.max(1, Math.ceil(known.length / MOST));
      const sample = known.filter((_, i) => i % step === 0);
      if (new Set(sample.map((v) => v.join())).size < 3) continue;
      const { centroids } = kmeans(sample, 2, { seed: rng.integer(2 ** 31), maxIterations: 100 });
      const distance = (v: readonly number[]): number =>
        centroids.reduce((sum, c) => sum + Math.hypot(...v.map((x, i) => x - (c[i] ?? 0))), 0) / 2;
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const v of known) {
        low = Math.min(low, distance(v));
        high = Math.max(high, distance(v));
      }
      if (!(high > low)) continue;
      used++;
      for (const [row, v] of lagged(test, column).entries()) {
        const share = Math.min(1, Math.max(0, (distance(v) - low) / (high - low)));
        scores[row] = (scores[row] as number) + share;
      }
    }
    return scores.map((sum) => sum / Math.max(1, used));
  },
};

/** Per row, the last six differences of a metric smoothed over three rows; oldest rows repeat. */
function lagged(table: Table, column: number): number[][] {
  const width = table.columns.length;
  const at = (row: number): number => table.data[Math.max(0, row) * width + column] as number;
  const smooth = (row: number): number => {
    let sum = 0;
    for (let i = 0; i < SMOOTH; i++) sum += at(row - i);
    return sum / SMOOTH;
  };
  const differences = Float64Array.from({ length: table.rows }, (_, row) =>
    row === 0 ? 0 : smooth(row) - smooth(row - 1),
  );
  return Array.from({ length: table.rows }, (_, row) =>
    Array.from({ length: LAGS }, (_, lag) => differences[Math.max(0, row - lag)] as number),
  );
}
