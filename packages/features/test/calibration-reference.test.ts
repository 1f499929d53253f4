import { seededRng } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalibrationCurve, calibrate } from '../src/index.js';

/** Width of a bin of the calibration: p may be off by what one bin holds, no more. */
const BIN = 0.05;

describe('p against a naive count', () => {
  it('is (1 + #{calibration ≥ s}) / (m + 1) within a bin, where no tail is in play', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 20, maxLength: 300 }),
        fc.nat(),
        (scores, pick) => {
          const { tail, bins } = calibrate(scores);
          const curve = new CalibrationCurve({ tail, bins });
          const s = scores[pick % scores.length] as number;
          if (s > tail.u) return;
          const naive = (at: number): number =>
            (1 + scores.filter((score) => score >= at).length) / (scores.length + 1);
          const { p } = curve.read(s);
          expect(p).toBeLessThanOrEqual(naive(s - BIN) + 1e-12);
          expect(p).toBeGreaterThanOrEqual(naive(s + BIN) - 1e-12);
        },
      ),
    );
  });

  it('is never more than 1 nor, without fifty scores in the tail, less than 1/(m + 1)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 10, maxLength: 300 }),
        fc.double({ min: -10, max: 100, noNaN: true }),
        (scores, s) => {
          const { p, pBelow } = new CalibrationCurve(calibrate(scores)).read(s);
          const least = 1 / (scores.length + 1);
          expect(p ?? 1).toBeLessThanOrEqual(1);
          expect(p ?? least).toBeGreaterThanOrEqual(least - 1e-12);
          if (p === null) expect(pBelow).toBeCloseTo(least, 12);
        },
      ),
    );
  });
});

describe('the generalised Pareto tail', () => {
  /** n draws whose excess over 0 is generalised Pareto with scale 1. */
  const pareto = (n: number, xi: number, seed: number): number[] => {
    const rng = seededRng(seed);
    return Array.from({ length: n }, () => {
      const u = 1 - rng.next();
      return xi === 0 ? -Math.log(u) : (u ** -xi - 1) / xi;
    });
  };

  it('is fitted by probability-weighted moments, as a naive sum over ranks has them', () => {
    for (const [xi, seed] of [
      [0.15, 1],
      [0.3, 2],
      [0.4, 3],
    ] as const) {
      const scores = pareto(5000, xi, seed);
      const { tail } = calibrate(scores);
      const excess = scores
        .sort((a, b) => b - a)
        .slice(0, 100)
        .map((s) => s - tail.u);
      const n = excess.length;
      // Descending: E[x (1 − F)] with Hosking's plotting position, (rank − .35) / n from below.
      const b0 = excess.reduce((sum, x) => sum + x, 0) / n;
      const b1 = excess.reduce((sum, x, i) => sum + (x * (i + 0.35)) / n, 0) / n;
      const naive = Math.min(0.5, Math.max(0, 2 - b0 / (b0 - 2 * b1)));
      expect(tail.exceedances).toBe(100);
      expect(tail.xi).toBeCloseTo(naive, 9);
      if (naive > 0) expect(tail.beta).toBeCloseTo(Math.max(BIN, b0 * (1 - naive)), 9);
    }
  });

  it('quotes once in ten thousand within a factor of four, for light and for heavy tails', () => {
    for (const xi of [0, 0.1, 0.3]) {
      const curve = new CalibrationCurve(calibrate(pareto(20_000, xi, 9)));
      const rare = xi === 0 ? Math.log(1e4) : (1e4 ** xi - 1) / xi;
      const p = curve.read(rare).p ?? Number.NaN;
      expect(p).toBeGreaterThan(1e-4 / 4);
      expect(p).toBeLessThan(4e-4);
    }
  });

  it('has at most the weight that was counted: no score is likelier than it was seen', () => {
    const scores = pareto(3000, 0.2, 4);
    const curve = new CalibrationCurve(calibrate(scores));
    for (const s of [1, 2, 4, 8]) {
      const counted = (1 + scores.filter((score) => score >= s - BIN).length) / (scores.length + 1);
      expect(curve.read(s).p ?? 0).toBeLessThan(3 * counted);
    }
  });
});
