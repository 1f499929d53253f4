import { type Columns, column, dot } from './columns.js';

/** Share of a correlation that must stand one sample to either side of it. */
const SPREAD = 0.25;

/** Standard errors that the correlation, and what stands beside it, must exceed. */
const SURE = 4;
const SURE_BESIDE = 2.5;

/**
 * Which pairs follow one slow cause without sharing events: their correlation is spread to *both*
 * sides of lag 0. One end that makes events at the other correlates at its delay and nowhere else;
 * two ends that a third lifts and lowers for seconds correlate before and after as well. On
 * development data the smaller side reaches .2 to .6 of the correlation for pairs with a hidden
 * driver, and at most .13 for nine in ten true edges.
 * @param r0 correlations within one sample. @returns 1 per such pair, row-major `p × p`, symmetric.
 */
export function commonDrivers(x: Columns, r0: Float64Array): Uint8Array {
  const { count: p, rows: n } = x;
  const driven = new Uint8Array(p * p);
  const needed = SURE / Math.sqrt(n);
  for (let i = 0; i < p; i++) {
    for (let j = i + 1; j < p; j++) {
      const r = r0[i * p + j] as number;
      if (r <= needed) continue;
      const [a, b] = [column(x, i), column(x, j)];
      const after = dot(a.subarray(0, n - 1), b.subarray(1)) / n;
      const before = dot(b.subarray(0, n - 1), a.subarray(1)) / n;
      const beside = Math.min(after, before);
      if (beside > SPREAD * r && beside > SURE_BESIDE / Math.sqrt(n)) {
        driven[i * p + j] = driven[j * p + i] = 1;
      }
    }
  }
  return driven;
}
