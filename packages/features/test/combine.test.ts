import { seededRng } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  combineViews,
  MEMORY_STEPS,
  PLAIN_SCALE,
  remember,
  scaleOf,
  scaleOfDistances,
  surprise,
} from '../src/index.js';

const distance = fc.double({ min: 0.1, max: 1e6, noNaN: true });

describe('combining views', () => {
  it('puts the 90 % quantile at 0 and one mean excess at 1', () => {
    const rng = seededRng(1);
    const values = Array.from({ length: 20_000 }, () => -2 * Math.log(1 - rng.next()));
    const scale = scaleOf(values);
    expect(scale.from).toBeCloseTo(2 * Math.LN10, 1);
    expect(scale.by).toBeGreaterThan(1.9);
    expect(scale.by).toBeLessThan(2.1);
  });

  it('does not care in which unit a view measures', () => {
    fc.assert(
      fc.property(
        fc.array(distance, { minLength: 20, maxLength: 50 }),
        distance,
        // No smaller: below 1e-4 all squared distances count as equally near.
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (training, now, unit) => {
          const plain = surprise(now, scaleOfDistances(training));
          const scaled = training.map((d) => d * unit);
          expect(surprise(now * unit, scaleOfDistances(scaled))).toBeCloseTo(plain, 6);
        },
      ),
    );
  });

  it('grows with every view that counts, and not with one that does not', () => {
    const combination = {
      scales: [PLAIN_SCALE, PLAIN_SCALE, PLAIN_SCALE],
      counts: [true, true, false],
      whole: PLAIN_SCALE,
    };
    const at = (...d: number[]) => combineViews(Float64Array.from(d), combination);
    expect(at(2, 1, 1).s).toBeGreaterThan(at(1, 1, 1).s);
    expect(at(1, 2, 1).worst).toBe(1);
    expect(at(1, 2, 1e6)).toEqual(at(1, 2, 1));
  });

  it('passes over views that have nothing to say, and says nothing without any', () => {
    const combination = {
      scales: [PLAIN_SCALE, PLAIN_SCALE],
      counts: [true, true],
      whole: PLAIN_SCALE,
    };
    const one = combineViews(Float64Array.of(4, Number.NaN), combination);
    expect(one).toEqual({ s: 2 * surprise(4, PLAIN_SCALE), worst: 0 });
    const none = combineViews(Float64Array.of(Number.NaN, Number.NaN), combination);
    expect(none.s).toBeNaN();
    expect(none.worst).toBe(-1);
  });

  it('remembers what lasts more than what passes, and forgets both', () => {
    for (const steps of MEMORY_STEPS) {
      let passing = remember(0, 12, steps);
      let lasting = passing;
      for (let i = 0; i < steps; i++) lasting = remember(lasting, 6, steps);
      for (let i = 0; i < steps; i++) passing = remember(passing, -5, steps);
      expect(lasting).toBeGreaterThan(3);
      expect(passing).toBeLessThan(0.2);
      for (let i = 0; i < 10 * steps; i++) lasting = remember(lasting, -5, steps);
      expect(lasting).toBeLessThan(1e-3);
    }
  });

  it('remembers half a day beside an hour: a long fault that pauses is not forgotten', () => {
    const [hour, halfDay] = MEMORY_STEPS.map((steps) => {
      let memory = 0;
      for (let i = 0; i < 300; i++) memory = remember(memory, 6, steps);
      for (let i = 0; i < 100; i++) memory = remember(memory, -5, steps);
      return memory;
    }) as [number, number];
    expect(halfDay).toBeGreaterThan(2 * hour);
  });
});
