/**
 * Slope of memory over time by least squares.
 * @param {readonly { minute: number, mib: number }[]} samples
 * @returns {number} MiB an hour; NaN from fewer than three samples.
 */
export function slopePerHour(samples) {
  if (samples.length < 3) return Number.NaN;
  const mean = (read) => samples.reduce((sum, sample) => sum + read(sample), 0) / samples.length;
  const x = mean(({ minute }) => minute);
  const y = mean(({ mib }) => mib);
  let xy = 0;
  let xx = 0;
  for (const { minute, mib } of samples) {
    xy += (minute - x) * (mib - y);
    xx += (minute - x) ** 2;
  }
  return xx > 0 ? (xy / xx) * 60 : Number.NaN;
}
