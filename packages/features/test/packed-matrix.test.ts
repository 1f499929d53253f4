import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestCentre, packMatrix, unpackMatrix } from '../src/index.js';

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, cols]) =>
    fc
      .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
        minLength: rows * cols,
        maxLength: rows * cols,
      })
      .map((values) => ({ rows, cols, data: Float64Array.from(values) })),
  );

describe('a packed matrix', () => {
  it('comes back within its stated rounding', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const packed = packMatrix(matrix, 'i16');
        const back = unpackMatrix(packed);
        for (const [i, value] of matrix.data.entries()) {
          const error = Math.abs((back.data[i] as number) - value);
          expect(error).toBeLessThanOrEqual((packed.scale / 32767) * 0.5001);
        }
      }),
    );
  });

  it('is the same text when packed again', () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom('i16' as const, 'f32' as const), (matrix, type) => {
        const packed = packMatrix(matrix, type);
        expect(packMatrix(unpackMatrix(packed), type).data).toBe(packed.data);
      }),
    );
  });

  it('refuses data of another length', () => {
    const packed = packMatrix({ rows: 2, cols: 2, data: new Float64Array(4) }, 'i16');
    expect(() => unpackMatrix({ ...packed, rows: 3 })).toThrow(RangeError);
  });
});

describe('the nearest centre', () => {
  it('is the one that a naive search finds', () => {
    fc.assert(
      fc.property(
        matrices,
        fc.infiniteStream(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
        (m, s) => {
          const point = Float64Array.from({ length: m.cols }, () => s.next().value as number);
          const naive = Array.from({ length: m.rows }, (_, k) =>
            point.reduce((sum, x, j) => sum + (x - (m.data[k * m.cols + j] as number)) ** 2, 0),
          );
          const { index, squared } = nearestCentre(m, point);
          expect(squared).toBe(Math.min(...naive));
          expect(index).toBe(naive.indexOf(squared));
          for (let hint = 0; hint < m.rows; hint++) {
            expect(nearestCentre(m, point, hint)).toEqual({ index, squared });
          }
        },
      ),
    );
  });
});
