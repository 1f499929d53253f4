import { seededRng } from '@ethogram/core';
import { TYPESCRIPT_KERNELS } from '@ethogram/learn';
import { loadKernels } from '@ethogram/native';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const loaded = loadKernels();
const why = loaded.addon ? '' : ` (skipped: ${loaded.reason})`;

const shape = fc.record({
  n: fc.integer({ min: 2, max: 120 }),
  d: fc.integer({ min: 1, max: 24 }),
  seed: fc.integer(),
  // Whole numbers make ties.
  whole: fc.boolean(),
});

/** n × d numbers around 0. */
function draw({ n, d, seed, whole }: { n: number; d: number; seed: number; whole: boolean }) {
  const rng = seededRng(seed);
  return Float64Array.from({ length: n * d }, () =>
    whole ? rng.integer(4) : 10 * (rng.next() - 0.5),
  );
}

function expectNear(found: Float64Array, expected: Float64Array): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs((found[i] as number) - value);
    expect(difference).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
  }
}

describe.skipIf(!loaded.addon)(`the kernels on Eigen${why}`, async () => {
  const { kernels } = loaded.addon ? await import('../src/models/native-kernels.js') : {};
  if (!kernels) return;

  it('give the products and distances that their twins in TypeScript give', () => {
    fc.assert(
      fc.property(shape, (drawn) => {
        const { n, d } = drawn;
        const points = draw(drawn);
        expectNear(kernels.gram(points, d), TYPESCRIPT_KERNELS.gram(points, d));
        const wanted = Int32Array.of(0, n - 1, n >> 1);
        expectNear(
          kernels.squaredDistances(points, d, wanted),
          TYPESCRIPT_KERNELS.squaredDistances(points, d, wanted),
        );
      }),
    );
  });

  it('give the eigenvectors that ml-pca gives, up to their sign', () => {
    fc.assert(
      fc.property(shape, (drawn) => {
        const { d } = drawn;
        const matrix = kernels.gram(draw({ ...drawn, whole: false }), d);
        const found = kernels.eigenSymmetric(matrix, d);
        const expected = TYPESCRIPT_KERNELS.eigenSymmetric(matrix, d);
        const largest = expected.values[0] as number;
        for (const [k, value] of expected.values.entries()) {
          expect(Math.abs((found.values[k] as number) - value)).toBeLessThanOrEqual(1e-9 * largest);
          // Vectors of values that are nearly one are free to turn among each other.
          const gap = Math.min(
            (expected.values[k - 1] ?? Number.POSITIVE_INFINITY) - value,
            value - (expected.values[k + 1] ?? Number.NEGATIVE_INFINITY),
          );
          if (gap < 1e-4 * largest) continue;
          const [a, b] = [found, expected].map(({ vectors }) =>
            vectors.subarray(k * d, (k + 1) * d),
          ) as [Float64Array, Float64Array];
          const dot = a.reduce((sum, x, j) => sum + x * (b[j] as number), 0);
          expectNear(
            a.map((x) => x * Math.sign(dot)),
            b,
          );
        }
      }),
    );
  });

  it('move centres to where ml-kmeans moves them, to the bit', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 40 }), (drawn, wanted) => {
        const k = Math.min(drawn.n, wanted);
        const points = draw(drawn);
        const first = points.slice(0, k * drawn.d);
        const options = { iterations: 30, tolerance: 1e-4 };
        expect(kernels.moveCentres(points, drawn.d, first, options)).toEqual(
          TYPESCRIPT_KERNELS.moveCentres(points, drawn.d, first, options),
        );
        expect(first).toEqual(points.slice(0, k * drawn.d));
      }),
    );
  });

  it('refuse what is not finite and shapes that do not fit', () => {
    for (const { eigenSymmetric } of [kernels, TYPESCRIPT_KERNELS]) {
      expect(() => eigenSymmetric(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(
        'expected finite numbers',
      );
    }
    expect(() => kernels.gram(new Float64Array(7), 2)).toThrow('whole rows');
    expect(() => kernels.eigenSymmetric(new Float64Array(6), 2)).toThrow('square');
    expect(() => kernels.squaredDistances(new Float64Array(6), 2, Int32Array.of(3))).toThrow(
      'rows that there are',
    );
  });
});
