import { seededRng } from '@ethogram/core';
import { packMatrix } from '@ethogram/features';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findModes } from '../src/detectors/find-modes.js';
import { distancesAmong, silhouette } from '../src/detectors/silhouette.js';
import { TYPESCRIPT_KERNELS } from '../src/index.js';

/** One metric whose component is its deviation; windows of two rows. */
const source = {
  features: [
    {
      metric: 'syscall.calls',
      type: 'counter' as const,
      mean: 100,
      sd: 10,
      min: 0,
      max: 200,
      season: null,
    },
  ],
  axes: packMatrix({ rows: 1, cols: 1, data: Float64Array.of(1) }, 'f32'),
};
const centres = (...levels: number[]) => ({
  rows: levels.length,
  cols: 2,
  data: Float64Array.from(levels.flatMap((level) => [level, level])),
});
const windows = (levels: readonly number[]) => levels.map((z) => Float32Array.of(z, z));

describe('the modes of a source', () => {
  it('are groups of centres that stand apart, the commonest first, with what marks them', () => {
    const rng = seededRng(3);
    const near = (level: number, n: number) =>
      Array.from({ length: n }, () => level + rng.next() - 0.5);
    const course = [...near(-1, 30), ...near(3, 10), ...near(-1, 20)];
    const modes = findModes(
      source,
      centres(-1.25, -0.75, 3),
      windows(course),
      1,
      TYPESCRIPT_KERNELS,
    );
    expect(modes.of).toEqual([0, 0, 1]);
    expect(modes.share).toEqual([50 / 60, 10 / 60]);
    expect(modes.marks[1]).toEqual([{ metric: 'syscall.calls', mean: 130, z: 3 }]);
    expect(modes.transitions).toEqual([
      [48, 1],
      [1, 9],
    ]);
  });

  it('are one where the centres form no groups', () => {
    const rng = seededRng(7);
    const levels = Array.from({ length: 32 }, () => rng.next() - 0.5);
    const cloud = {
      rows: 32,
      cols: 6,
      data: Float64Array.from({ length: 32 * 6 }, () => rng.next() - 0.5),
    };
    const six = {
      ...source,
      axes: packMatrix({ rows: 3, cols: 1, data: Float64Array.of(1, 0, 0) }, 'f32'),
    };
    const modes = findModes(
      six,
      cloud,
      levels.map(() => Float32Array.from({ length: 6 }, () => rng.next() - 0.5)),
      1,
      TYPESCRIPT_KERNELS,
    );
    expect(new Set(modes.of).size).toBe(1);
    expect(modes.share).toEqual([1]);
  });

  it('share out all windows, and count every step between two of them once', () => {
    const levels = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
      minLength: 3,
      maxLength: 12,
    });
    fc.assert(
      fc.property(levels, levels, (at, course) => {
        const modes = findModes(source, centres(...at), windows(course), 1, TYPESCRIPT_KERNELS);
        expect(modes.share.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        expect(modes.transitions.flat().reduce((sum, n) => sum + n, 0)).toBe(course.length - 1);
        expect(modes.of).toHaveLength(at.length);
        expect(modes.share.length).toBeLessThanOrEqual(6);
        expect([...modes.share].sort((a, b) => b - a)).toEqual(modes.share);
      }),
    );
  });
});

describe('the silhouette of a grouping', () => {
  const points = distancesAmong(Float64Array.of(0, 1, 10, 11), 1);

  it('is what its definition says', () => {
    // Inside: 1 each; to the other group: 10.5 and 9.5.
    const expected = (2 * (1 - 1 / 10.5) + 2 * (1 - 1 / 9.5)) / 4;
    expect(silhouette(points, [0, 0, 1, 1])).toBeCloseTo(expected, 12);
  });

  it('is worse where points are misplaced, and 0 for one group or singletons', () => {
    expect(silhouette(points, [0, 1, 0, 1])).toBeLessThan(0);
    expect(silhouette(points, [0, 0, 0, 0])).toBe(0);
    expect(silhouette(points, [0, 1, 2, 3])).toBe(0);
  });
});
