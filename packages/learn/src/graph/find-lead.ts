import { type Columns, column, dot } from './columns.js';
import { delayKernel } from './delayed-dependence.js';

/** How two columns stand in time. */
export interface Lead {
  /** Lag of the largest correlation, samples: positive where the first column moves first. */
  readonly lag: number;
  /** Correlation at that lag. */
  readonly r: number;
  /** The column whose lead is significant; null where neither is. */
  readonly leads: 'a' | 'b' | null;
}

/**
 * Who moves first: the largest correlation stands at a lag, and the correlations at positive lags against those at negative lags, both
 * weighted by the kernel of delays, differ significantly that way. A lead of less than a fraction of a sample cannot be seen.
 * @param errors how many standard errors the difference must exceed.
 */
export function findLead(
  x: Columns,
  meanDelay: number,
  errors: number,
): (i: number, j: number) => Lead {
  const kernel = delayKernel(meanDelay).subarray(1);
  const norm = Math.hypot(...kernel);
  const n = x.rows;
  const needed = errors * Math.sqrt(2 / n);
  return (i, j) => {
    const a = column(x, i);
    const b = column(x, j);
    let best = dot(a, b) / n;
    let bestLag = 0;
    let difference = 0;
    for (let lag = 1; lag <= kernel.length && lag < n; lag++) {
      const ahead = dot(a.subarray(0, n - lag), b.subarray(lag)) / n;
      const behind = dot(b.subarray(0, n - lag), a.subarray(lag)) / n;
      difference += ((kernel[lag - 1] as number) * (ahead - behind)) / norm;
      if (Math.abs(ahead) > Math.abs(best)) [best, bestLag] = [ahead, lag];
      if (Math.abs(behind) > Math.abs(best)) [best, bestLag] = [behind, -lag];
    }
    const leads =
      bestLag > 0 && difference > needed ? 'a' : bestLag < 0 && difference < -needed ? 'b' : null;
    return { lag: bestLag, r: best, leads };
  };
}
