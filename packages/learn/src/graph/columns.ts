/** A matrix kept column by column: column `i` stands at `values[i * rows … (i + 1) * rows - 1]`. */
export interface Columns {
  readonly rows: number;
  readonly count: number;
  readonly values: Float64Array;
}

/** Column `i` without copying. */
export function column(columns: Columns, i: number): Float64Array {
  return columns.values.subarray(i * columns.rows, (i + 1) * columns.rows);
}

/** An empty matrix; its memory is shared, so that worker threads read it without a copy. */
export function sharedColumns(rows: number, count: number): Columns {
  const buffer = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT * rows * count);
  return { rows, count, values: new Float64Array(buffer) };
}

/** Sum of products of two vectors of one length. */
export function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const n = a.length;
  const unrolled = n - (n % 4);
  for (let i = 0; i < unrolled; i += 4) {
    s0 += (a[i] as number) * (b[i] as number);
    s1 += (a[i + 1] as number) * (b[i + 1] as number);
    s2 += (a[i + 2] as number) * (b[i + 2] as number);
    s3 += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (let i = unrolled; i < n; i++) s0 += (a[i] as number) * (b[i] as number);
  return s0 + s1 + (s2 + s3);
}

/** Shifts and scales a vector in place to mean 0 and variance 1 (divisor n). Returns its former standard deviation; a constant vector becomes zeros. */
export function standardise(x: Float64Array): number {
  const n = x.length;
  let mean = 0;
  for (const value of x) mean += value;
  mean /= n;
  let variance = 0;
  for (const value of x) variance += (value - mean) ** 2;
  const sd = Math.sqrt(variance / n);
  const scale = sd > 1e-12 ? 1 / sd : 0;
  for (let i = 0; i < n; i++) x[i] = ((x[i] as number) - mean) * scale;
  return sd;
}
