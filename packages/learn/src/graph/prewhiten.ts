import { fitAutoregression, innovations } from './autoregression.js';
import { type Columns, column, sharedColumns, standardise } from './columns.js';
import { normalScores } from './normal-scores.js';

/** Highest order of the autoregressions. */
const MAX_ORDER = 8;

/** Innovations of all columns and how each was reached. */
export interface Prewhitened {
  /** Zero mean and unit variance, `rows − MAX_ORDER` each. */
  readonly innovations: Columns;
  /** Per column: autoregressive coefficients and the standard deviation that was divided by. */
  readonly ar: readonly Float64Array[];
  readonly sd: Float64Array;
  /** Normal scores, zero mean and unit variance, all rows. */
  readonly scores: Columns;
}

/**
 * Normal scores, minus what an autoregression chosen by BIC foretells, standardised: what is
 * left are the surprises of each source, and only surprises can show who depends on whom.
 */
export function prewhiten(series: readonly Float64Array[]): Prewhitened {
  const rows = series[0]?.length ?? 0;
  const p = series.length;
  const x = sharedColumns(Math.max(0, rows - MAX_ORDER), p);
  const scores = sharedColumns(rows, p);
  const ar: Float64Array[] = [];
  const sd = new Float64Array(p);
  for (const [i, values] of series.entries()) {
    const score = column(scores, i);
    score.set(normalScores(values));
    standardise(score);
    const model = fitAutoregression(score, MAX_ORDER);
    const target = column(x, i);
    innovations(score, model, MAX_ORDER, target);
    sd[i] = standardise(target);
    ar.push(model.coefficients);
  }
  return { innovations: x, ar, sd, scores };
}
