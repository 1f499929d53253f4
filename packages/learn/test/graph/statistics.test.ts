import { seededRng } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitAutoregression, innovations } from '../../src/graph/autoregression.js';
import { bartlettFactors, circularProducts } from '../../src/graph/bartlett.js';
import { type Columns, column, sharedColumns, standardise } from '../../src/graph/columns.js';
import { commonDrivers } from '../../src/graph/common-driver.js';
import { conditionOnOne } from '../../src/graph/condition-on-one.js';
import { delayedDependence, delayKernel } from '../../src/graph/delayed-dependence.js';
import { withoutNoise } from '../../src/graph/errors-in-variables.js';
import {
  benjaminiHochberg,
  correlationPValue,
  shiftQValues,
} from '../../src/graph/false-discovery.js';
import { findLead } from '../../src/graph/find-lead.js';
import { graphicalLasso, screenComponents } from '../../src/graph/graphical-lasso.js';
import { shiftColumns } from '../../src/graph/infer-edges.js';
import {
  gram,
  invertPositiveDefinite,
  isPositiveDefinite,
  ledoitWolf,
} from '../../src/graph/ledoit-wolf.js';
import { normalQuantile, normalTail } from '../../src/graph/normal-distribution.js';
import { normalScores } from '../../src/graph/normal-scores.js';

/** Columns of independent normal noise, passed through `mix`, standardised. */
function columnsOf(rows: number, count: number, seed: number, mix = (x: Columns) => x): Columns {
  const rng = seededRng(seed);
  const x = sharedColumns(rows, count);
  for (let i = 0; i < x.values.length; i++) x.values[i] = normalQuantile(rng.next() || 0.5);
  mix(x);
  for (let i = 0; i < count; i++) standardise(column(x, i));
  return x;
}

describe('the normal distribution', () => {
  it.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [1e-9, -5.997807015007686],
  ])('has its quantile at %f', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 8);
  });

  it('has a tail that its quantile inverts', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 7, noNaN: true }), (x) => {
        expect(-normalQuantile(normalTail(x))).toBeCloseTo(x, 6);
      }),
    );
  });
});

describe('normalScores', () => {
  it('keep the order of values, give ties one score and depend on ranks only', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2 }), (list) => {
        const values = Float64Array.from(list);
        const scores = normalScores(values);
        for (const [i, a] of list.entries()) {
          for (const [j, b] of list.entries()) {
            expect(Math.sign((scores[i] ?? 0) - (scores[j] ?? 0))).toBe(Math.sign(a - b));
          }
        }
        expect(normalScores(values.map((v) => v ** 3 + 5))).toEqual(scores);
      }),
    );
  });

  it('take what is missing for the median', () => {
    const scores = normalScores(Float64Array.of(1, Number.NaN, 3));
    expect(scores[1]).toBe(0);
    expect(scores[0]).toBeCloseTo(-(scores[2] as number), 12);
  });
});

describe('autoregression', () => {
  it('finds the order and the coefficients of a series, and leaves white noise alone', () => {
    const noise = column(columnsOf(4000, 1, 3), 0);
    expect(fitAutoregression(noise, 8).coefficients).toHaveLength(0);
    const x = new Float64Array(4000);
    for (let t = 2; t < x.length; t++) {
      x[t] = 0.5 * (x[t - 1] as number) + 0.3 * (x[t - 2] as number) + (noise[t] as number);
    }
    standardise(x);
    const { coefficients } = fitAutoregression(x, 8);
    expect(coefficients).toHaveLength(2);
    expect(coefficients[0]).toBeCloseTo(0.5, 1);
    expect(coefficients[1]).toBeCloseTo(0.3, 1);
    const left = new Float64Array(3992);
    innovations(x, { coefficients, noise: 1 }, 8, left);
    expect(fitAutoregression(left, 8).coefficients.length).toBe(0);
  });
});

describe('covariances', () => {
  it('are shrunk more the fewer the rows, and stay positive definite', () => {
    const few = columnsOf(30, 20, 1);
    const many = columnsOf(3000, 20, 1, (x) => {
      for (let i = 1; i < 20; i++) {
        const [to, from] = [column(x, i), column(x, i - 1)];
        for (let t = 0; t < x.rows; t++) to[t] = (to[t] as number) + (from[t] as number);
      }
      return x;
    });
    const a = ledoitWolf(few, gram(few));
    const b = ledoitWolf(many, gram(many));
    expect(a.shrinkage).toBeGreaterThan(0.5);
    expect(b.shrinkage).toBeLessThan(0.02);
    expect(isPositiveDefinite(a.covariance, 20)).toBe(true);
  });

  it('are inverted, or refused where they are not positive definite', () => {
    const x = columnsOf(100, 6, 2);
    const s = gram(x);
    const inverse = invertPositiveDefinite(s, 6) ?? new Float64Array(36);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        let sum = 0;
        for (let k = 0; k < 6; k++) sum += (s[i * 6 + k] ?? 0) * (inverse[k * 6 + j] ?? 0);
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 9);
      }
    }
    expect(invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
  });

  it('lose the same share of every variance to noise, at most .3, and stay positive definite', () => {
    const s = gram(columnsOf(200, 8, 4));
    const clean = withoutNoise(s, 8);
    const taken = (s[0] ?? 0) - (clean[0] ?? 0);
    for (let i = 0; i < 8; i++)
      expect((s[i * 9] ?? 0) - (clean[i * 9] ?? 0)).toBeCloseTo(taken, 12);
    expect(taken).toBeLessThanOrEqual(0.3 + 1e-9);
    expect(isPositiveDefinite(clean, 8)).toBe(true);
    expect(clean[1]).toBe(s[1]);
    const singular = Float64Array.of(1, 1, 1, 1);
    expect(withoutNoise(singular, 2)).toEqual(singular);
  });
});

describe('the graphical lasso', () => {
  it('meets its optimality conditions, |S − Σ| ≤ λ off the diagonal with equality on edges', () => {
    const x = columnsOf(120, 7, 5, (m) => {
      const [a, b, c] = [column(m, 0), column(m, 1), column(m, 2)];
      for (let t = 0; t < m.rows; t++) {
        b[t] = (b[t] ?? 0) + (a[t] ?? 0);
        c[t] = (c[t] ?? 0) - (b[t] ?? 0);
      }
      return m;
    });
    const s = gram(x);
    const lambda = 0.15;
    const { precision } = graphicalLasso(s, 7, lambda, { tolerance: 1e-9 });
    const sigma = invertPositiveDefinite(precision, 7) ?? new Float64Array(49);
    for (let i = 0; i < 7; i++) {
      for (let j = 0; j < 7; j++) {
        const gap = (s[i * 7 + j] ?? 0) - (sigma[i * 7 + j] ?? 0);
        if (i === j) expect(gap).toBeCloseTo(0, 6);
        else expect(Math.abs(gap)).toBeLessThanOrEqual(lambda + 1e-6);
        const edge = precision[i * 7 + j] ?? 0;
        if (i !== j && edge !== 0) expect(gap).toBeCloseTo(-Math.sign(edge) * lambda, 5);
      }
    }
  });

  it('gives the same with and without screening into components', () => {
    const s = gram(columnsOf(200, 10, 6));
    expect(screenComponents(s, 10, 0).length).toBe(1);
    const parts = screenComponents(s, 10, 0.12);
    expect(parts.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const { precision } = graphicalLasso(s, 10, 0.12, { tolerance: 1e-9 });
    const of = new Map(parts.flatMap((list, part) => list.map((i) => [i, part] as const)));
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < 10; j++)
        if (of.get(i) !== of.get(j)) expect(precision[i * 10 + j]).toBe(0);
    }
  });
});

describe('conditioning', () => {
  it('on a common cause leaves nothing of the correlation of its effects', () => {
    const r = Float64Array.of(1, 0.8, 0.6, 0.8, 1, 0.48, 0.6, 0.48, 1);
    const left = conditionOnOne(r, 3);
    expect(left[1 * 3 + 2]).toBeCloseTo(0, 12);
    expect(left[1]).toBeGreaterThan(0.7);
    expect(left[3]).toBe(left[1]);
  });
});

describe('delays', () => {
  it('are spread over samples by a kernel that sums to one around its mean', () => {
    for (const mean of [0.5, 1, 2, 4]) {
      const kernel = delayKernel(mean);
      expect(kernel.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      const centre = kernel.reduce((sum, weight, lag) => sum + weight * lag, 0);
      expect(Math.abs(centre - mean)).toBeLessThan(0.15);
    }
  });

  it('show in the direction of cause to effect, and give the lead', () => {
    const x = columnsOf(1800, 3, 7, (m) => {
      const [cause, effect] = [column(m, 0), column(m, 1)];
      for (let t = m.rows - 1; t >= 3; t--) {
        effect[t] = (effect[t] ?? 0) + 0.7 * ((cause[t - 2] ?? 0) + (cause[t - 3] ?? 0));
      }
      return m;
    });
    const { rho, conditioned } = delayedDependence(x, 2, gram(x));
    expect(rho[0 * 3 + 1]).toBeGreaterThan(0.3);
    expect(conditioned[0 * 3 + 1]).toBeGreaterThan(0.3);
    expect(rho[1 * 3 + 0]).toBeLessThan(0.1);
    const leadOf = findLead(x, 2, 4);
    expect(leadOf(0, 1)).toMatchObject({ leads: 'a' });
    expect(leadOf(1, 0)).toMatchObject({ leads: 'b' });
    expect(Math.abs(leadOf(0, 1).lag - 2.5)).toBeLessThanOrEqual(0.5);
    expect(leadOf(0, 2).leads).toBeNull();
  });
});

describe('a common driver', () => {
  it('is told from shared events by what stands on both sides of lag 0', () => {
    const x = columnsOf(1800, 4, 12, (m) => {
      const noise = column(m, 3).slice();
      const wave = noise.map((_, t) =>
        noise.subarray(Math.max(0, t - 4), t + 1).reduce((sum, value) => sum + value, 0),
      );
      for (let t = 0; t < m.rows; t++) {
        // 0 and 1 follow one wave; 2 shares events with 0.
        column(m, 2)[t] = (column(m, 0)[t] ?? 0) + (column(m, 2)[t] ?? 0);
        column(m, 0)[t] = (column(m, 0)[t] ?? 0) + 0.3 * (wave[t] ?? 0);
        column(m, 1)[t] = (column(m, 1)[t] ?? 0) + 0.3 * (wave[t] ?? 0);
      }
      return m;
    });
    const driven = commonDrivers(x, gram(x));
    expect(driven[0 * 4 + 1]).toBe(1);
    expect(driven[1 * 4 + 0]).toBe(1);
    expect(driven[0 * 4 + 2]).toBe(0);
  });
});

describe('what chance alone gives', () => {
  it('is more for two timers of one period: their factor is large', () => {
    const x = columnsOf(1000, 3, 8, (m) => {
      for (const i of [0, 1]) {
        const timer = column(m, i);
        for (let t = 0; t < m.rows; t++) {
          timer[t] = ((t + 2 * i) % 5 === 0 ? 3 : 0) + 0.1 * (timer[t] ?? 0);
        }
      }
      return m;
    });
    const factors = bartlettFactors(x);
    expect(factors[0 * 3 + 1]).toBeGreaterThan(10);
    expect(factors[0 * 3 + 2]).toBeLessThan(1.5);
  });

  it('is counted for shifted columns from products that no shift changes', () => {
    const x = columnsOf(301, 4, 12);
    const shifted = shiftColumns(x, seededRng(3));
    const products = circularProducts(x);
    const again = circularProducts(shifted);
    for (const [at, value] of products.values.entries()) {
      expect(again.values[at]).toBeCloseTo(value, 9);
    }
    const factors = bartlettFactors(shifted, products);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < i; j++) {
        let factor = 1;
        for (let lag = 1; lag <= products.rows; lag++) {
          let a = 0;
          let b = 0;
          for (let t = lag; t < x.rows; t++) {
            a += (column(shifted, i)[t] as number) * (column(shifted, i)[t - lag] as number);
            b += (column(shifted, j)[t] as number) * (column(shifted, j)[t - lag] as number);
          }
          factor += (2 * a * b) / x.rows ** 2;
        }
        expect(factors[i * 4 + j]).toBeCloseTo(Math.max(1, factor), 9);
      }
    }
  });

  it('is what shifted columns show: the same values in another place', () => {
    const x = columnsOf(300, 4, 9);
    const shifted = shiftColumns(x, seededRng(1));
    for (let i = 0; i < 4; i++) {
      expect(column(shifted, i).slice().sort()).toEqual(column(x, i).slice().sort());
    }
    expect(shiftColumns(x, seededRng(1)).values).toEqual(shifted.values);
  });

  it('sets the q-values: null statistics over observed ones at or above each', () => {
    const q = shiftQValues(Float64Array.of(0.9, 0.5, 0.1), Float64Array.of(0.05, 0.2, 0.01), 1);
    // One more null than was seen over what was observed: 1/1, 1/2, 2/3; never falling with strength.
    expect(Array.from(q)).toEqual([1 / 2, 1 / 2, 2 / 3]);
  });

  it('is controlled by Benjamini and Hochberg as the definition says', () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(p, { minLength: 1, maxLength: 12 }), (list) => {
        const q = benjaminiHochberg(Float64Array.from(list));
        const sorted = [...list].sort((a, b) => a - b);
        for (const [i, value] of list.entries()) {
          const later = sorted
            .map((other, rank) => ({ other, q: (other * list.length) / (rank + 1) }))
            .filter(({ other }) => other >= value);
          expect(q[i]).toBeCloseTo(Math.min(1, ...later.map((one) => one.q)), 12);
        }
      }),
    );
  });

  it('makes a correlation of 4 standard errors unlikely and one of none certain', () => {
    expect(correlationPValue(0, 100, 0)).toBeCloseTo(1, 9);
    expect(correlationPValue(Math.tanh(4 / Math.sqrt(97)), 100, 0)).toBeCloseTo(6.33e-5, 6);
    expect(correlationPValue(0.9, 5, 10)).toBe(1);
  });
});
