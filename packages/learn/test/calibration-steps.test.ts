import { describe, expect, it } from 'vitest';
import { calibrationSteps } from '../src/passes/calibration-steps.js';

describe('the steps of calibration', () => {
  const picked = (ends: readonly number[]): number[] => ends.filter(calibrationSteps(10));

  it('are every tenth tick where rows are ticks', () => {
    expect(picked(Array.from({ length: 40 }, (_, i) => i + 1))).toEqual([10, 20, 30, 40]);
  });

  it('are every row of ten ticks, also after an hour that was three ticks short', () => {
    const ends = [3580, 3590, 3607, 3617, 3627];
    expect(picked(ends)).toEqual(ends);
  });
});
