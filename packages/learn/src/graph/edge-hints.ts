import type { SourceKind } from '@ethogram/core';
import type { EdgeHint } from '@ethogram/model';
import { type Columns, column, dot, sharedColumns, standardise } from './columns.js';

/** Autocorrelation from which a series counts as a timer. */
const PERIODIC = 0.5;

/** The share of a correlation that must vanish once everybody else's mean is known. */
const LOADED = 0.5;

/** Longest period looked for, samples. */
const LONGEST_PERIOD = 120;

/**
 * What may explain an edge without a dependency: both ends are timers of one period, both hang
 * on one device, or both follow the load of the whole host.
 * @param scores unit-variance columns before prewhitening.
 * @param isEdge accepted edges, `p × p`.
 */
export function findHints(
  scores: Columns,
  isEdge: Uint8Array,
  kinds: readonly SourceKind[],
): (i: number, j: number) => EdgeHint | null {
  const p = scores.count;
  const periods = Array.from({ length: p }, (_, i) => periodOf(column(scores, i)));
  const load = loadOf(scores);
  return (i, j) => {
    if (periods[i] !== 0 && periods[i] === periods[j]) return 'timer';
    const direct = kinds[i] === 'device' || kinds[j] === 'device';
    for (let k = 0; !direct && k < p; k++) {
      if (kinds[k] === 'device' && isEdge[i * p + k] && isEdge[j * p + k]) return 'shared device';
    }
    return p >= 10 && isLoad(scores, load, i, j) ? 'load' : null;
  };
}

/** The period of a timer in samples (the first clear peak of the autocorrelation), else 0. */
export function periodOf(x: Float64Array): number {
  const n = x.length;
  const longest = Math.min(LONGEST_PERIOD, Math.floor(n / 4));
  const c = Float64Array.from(
    { length: longest + 2 },
    (_, lag) => dot(x.subarray(lag), x.subarray(0, n - lag)) / n,
  );
  for (let lag = 2; lag <= longest; lag++) {
    const here = c[lag] as number;
    const before = c[lag - 1] as number;
    const after = c[lag + 1] as number;
    if (here > PERIODIC && here - before > 0.2 && here - after > 0.2) return lag;
  }
  return 0;
}

/** Whether the load of the host, to which either end belongs, takes most of a correlation away. */
function isLoad(scores: Columns, load: Columns, i: number, j: number): boolean {
  const n = scores.rows;
  const [a, b] = [column(scores, i), column(scores, j)];
  const r = dot(a, b) / n;
  const [la, lb] = [column(load, i), column(load, j)];
  const [ra, rb] = [(dot(a, la) + dot(a, lb)) / 2 / n, (dot(b, la) + dot(b, lb)) / 2 / n];
  const left = (r - ra * rb) / Math.sqrt(Math.max(1e-9, (1 - ra * ra) * (1 - rb * rb)));
  return ra * rb * r > 0 && left * r < LOADED * r * r;
}

/** For every column the mean of all others, standardised. */
function loadOf(scores: Columns): Columns {
  const { rows, count: p } = scores;
  const sum = new Float64Array(rows);
  for (let i = 0; i < p; i++) {
    const x = column(scores, i);
    for (let t = 0; t < rows; t++) sum[t] = (sum[t] as number) + (x[t] as number);
  }
  const load = sharedColumns(rows, p);
  for (let i = 0; i < p; i++) {
    const x = column(scores, i);
    const target = column(load, i);
    for (let t = 0; t < rows; t++) target[t] = (sum[t] as number) - (x[t] as number);
    standardise(target);
  }
  return load;
}
