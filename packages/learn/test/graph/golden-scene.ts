/** The names of the golden scene, in column order. */
export const GOLDEN_NAMES = ['qemu', 'iops', 'python', 'httpd', 'tcp', 'cron'] as const;

/**
 * The golden scene: 240 rows of six sources whose dependencies are known by construction, from
 * a linear congruential generator, so that any language can repeat it.
 * @returns row-major, 240 × 6.
 */
export function goldenScene(): Float64Array {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const gauss = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
  const rows = new Float64Array(240 * 6);
  for (let t = 0; t < 240; t++) {
    const [e0, e1, e2, e3, e4, e5] = [gauss(), gauss(), gauss(), gauss(), gauss(), gauss()];
    const row = [e0, 0.8 * e0 + 0.6 * e1, 0.6 * e0 + 0.8 * e2, e3, 0.9 * e3 + 0.43589 * e4, e5];
    rows.set(row, t * 6);
  }
  return rows;
}
