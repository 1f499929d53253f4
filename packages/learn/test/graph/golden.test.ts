import { describe, expect, it } from 'vitest';
import { column, sharedColumns, standardise } from '../../src/graph/columns.js';
import { graphicalLasso, partialCorrelations } from '../../src/graph/graphical-lasso.js';
import { gram } from '../../src/graph/ledoit-wolf.js';
import { GOLDEN_NAMES, goldenScene } from './golden-scene.js';

const rows = goldenScene();
const x = sharedColumns(240, 6);
for (let i = 0; i < 6; i++) {
  const target = column(x, i);
  for (let t = 0; t < 240; t++) target[t] = rows[t * 6 + i] as number;
  standardise(target);
}
const s = gram(x);
const { precision } = graphicalLasso(s, 6, 0.1, { tolerance: 1e-8 });
const rho = partialCorrelations(precision, 6);
const at = (matrix: Float64Array, a: string, b: string) =>
  matrix[GOLDEN_NAMES.indexOf(a as never) * 6 + GOLDEN_NAMES.indexOf(b as never)] as number;

describe('the golden scene', () => {
  it('is generated to the digit', () => {
    const first = [-0.555054, 0.45264, -1.060309, 0.725799, 0.97398, -0.115184];
    for (const [i, value] of first.entries()) expect(rows[i]).toBeCloseTo(value, 5);
    expect(rows.reduce((a, b) => a + b)).toBeCloseTo(-57.39662137, 7);
  });

  it.each([
    ['qemu', 'iops', 0.8093],
    ['qemu', 'python', 0.6047],
    ['iops', 'python', 0.4961],
    ['httpd', 'tcp', 0.9259],
  ])('correlates %s and %s at %f', (a, b, r) => {
    expect(at(s, a, b)).toBeCloseTo(r, 4);
  });

  it('has exactly the known partial correlations at a penalty of .1', () => {
    const known = [
      ['qemu', 'iops', 0.6422],
      ['qemu', 'python', 0.3458],
      ['iops', 'python', 0.0625],
      ['iops', 'httpd', 0.0103],
      ['iops', 'tcp', 0.0099],
      ['httpd', 'tcp', 0.8255],
    ] as const;
    for (const [a, b, value] of known) expect(at(rho, a, b)).toBeCloseTo(value, 4);
    expect(rho.filter((value) => value !== 0)).toHaveLength(2 * known.length);
  });

  it('has the known diagonal of the precision matrix', () => {
    const known = [2.2858, 2.0228, 1.3471, 3.1466, 3.1465, 1];
    for (const [i, value] of known.entries()) expect(precision[i * 7]).toBeCloseTo(value, 3);
  });

  it('lets a correlation of .50 nearly vanish once the common cause is known', () => {
    expect(at(s, 'iops', 'python')).toBeGreaterThan(0.49);
    expect(at(rho, 'iops', 'python')).toBeLessThan(0.07);
  });
});
