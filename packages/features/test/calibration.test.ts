import { seededRng } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalibrationCurve, calibrate } from '../src/index.js';

/** n scores of an exponential distribution, mean 1. */
const exponential = (n: number, seed: number): number[] => {
  const rng = seededRng(seed);
  return Array.from({ length: n }, () => -Math.log(1 - rng.next()));
};

describe('calibration', () => {
  it('gives a larger score to a larger distance, always', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 10, maxLength: 200 }),
        fc.double({ min: -10, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (scores, s, more) => {
          const curve = new CalibrationCurve(calibrate(scores));
          expect(curve.read(s + more).score).toBeGreaterThanOrEqual(curve.read(s).score - 1e-9);
        },
      ),
    );
  });

  it('agrees with (1 + #{calibration ≥ s}) / (m + 1) up to the width of a bin', () => {
    const scores = exponential(400, 1);
    const curve = new CalibrationCurve(calibrate(scores));
    for (const s of [0.1, 0.5, 1, 1.5]) {
      const naive = (at: number): number =>
        (1 + scores.filter((score) => score >= at).length) / (scores.length + 1);
      const p = curve.read(s).p ?? 0;
      expect(p).toBeLessThanOrEqual(naive(s - 0.05));
      expect(p).toBeGreaterThanOrEqual(naive(s + 0.05));
    }
  });

  it('quotes no p below 1/(m + 1) from a small calibration, but still ranks', () => {
    const curve = new CalibrationCurve(calibrate(exponential(50, 2)));
    const far = curve.read(40);
    expect(far.p).toBeNull();
    expect(far.pBelow).toBeCloseTo(1 / 51, 10);
    expect(far.score).toBeGreaterThan(curve.read(20).score);
  });

  it('finds the tail of an exponential distribution from 50 exceedances on', () => {
    const curve = new CalibrationCurve(calibrate(exponential(20_000, 3)));
    const p = curve.read(Math.log(1e5)).p ?? 0;
    expect(p).toBeGreaterThan(1e-6);
    expect(p).toBeLessThan(1e-4);
  });

  it('holds its nominal rate on fresh scores of the same distribution', () => {
    const curve = new CalibrationCurve(calibrate(exponential(2000, 4)));
    const off = exponential(20_000, 5).filter((s) => curve.read(s).score >= 2).length;
    expect(off / 20_000).toBeGreaterThan(0.005);
    expect(off / 20_000).toBeLessThan(0.015);
  });

  it('adapts to a new level when scores are added and old ones fade', () => {
    const curve = new CalibrationCurve(calibrate(exponential(200, 6)));
    const before = curve.read(4).score;
    for (let i = 0; i < 300; i++) curve.add(5);
    expect(curve.read(4).score).toBeLessThan(before);
    const size = curve.size;
    curve.decay(0.5);
    expect(curve.size).toBeCloseTo(size / 2, 6);
  });
});
