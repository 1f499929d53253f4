import { seededRng } from '@ethogram/core';
import { unpackMatrix } from '@ethogram/features';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitAxes } from '../src/detectors/axes.js';
import { fitCentres } from '../src/detectors/centres.js';
import { Sampler } from '../src/detectors/sampler.js';
import { poissonUpperBound } from '../src/index.js';
import { TYPESCRIPT_KERNELS } from '../src/kernels/typescript-kernels.js';
import { noveltyLimit } from '../src/novelty-limit.js';
import { DistanceLog } from '../src/passes/distance-log.js';
import { Moments } from '../src/passes/moments.js';
import { planRegime } from '../src/regime.js';

const rows = fc
  .integer({ min: 1, max: 5 })
  .chain((d) =>
    fc.array(
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: d, maxLength: d }),
      { minLength: 2, maxLength: 30 },
    ),
  );

describe('moments', () => {
  it('agree with means and covariances computed directly', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const d = list[0]?.length ?? 0;
        const moments = new Moments(d, TYPESCRIPT_KERNELS);
        for (const row of list) moments.add(Float64Array.from(row));
        const mean = (j: number): number =>
          list.reduce((sum, row) => sum + (row[j] as number), 0) / list.length;
        const covariance = moments.covariance();
        for (let i = 0; i < d; i++) {
          expect(moments.mean()[i]).toBeCloseTo(mean(i), 6);
          for (let j = 0; j < d; j++) {
            const direct =
              list.reduce(
                (sum, row) => sum + ((row[i] as number) - mean(i)) * ((row[j] as number) - mean(j)),
                0,
              ) /
              (list.length - 1);
            expect(covariance[i * d + j]).toBeCloseTo(direct, 4);
          }
        }
      }),
    );
  });
});

describe('principal axes', () => {
  it('are orthonormal, ordered, and keep the wanted share of variance', () => {
    const matrix = [
      [1, 0.9, 0],
      [0.9, 1, 0],
      [0, 0, 1],
    ];
    const { axes, explained } = fitAxes(matrix, 0.9, 8, TYPESCRIPT_KERNELS);
    const { rows: count, cols, data } = unpackMatrix(axes);
    expect([count, cols]).toEqual([2, 3]);
    expect(explained).toBeCloseTo(2.9 / 3, 6);
    expect(data[0]).toBeCloseTo(Math.SQRT1_2, 6);
    const dot = [0, 1, 2].reduce((sum, j) => sum + (data[j] ?? 0) * (data[3 + j] ?? 0), 0);
    expect(dot).toBeCloseTo(0, 6);
  });
});

describe('centres', () => {
  const clouds = (n: number): Float32Array[] => {
    const rng = seededRng(3);
    return Array.from({ length: n }, (_, i) =>
      Float32Array.from([(i % 2) * 10 + rng.next(), rng.next()]),
    );
  };

  it('find two clouds, the same for the same seed', () => {
    const centres = fitCentres(clouds(200), 2, 7, TYPESCRIPT_KERNELS);
    if (!centres) throw new Error('expected centres');
    const { data } = unpackMatrix(centres);
    const x = [data[0] ?? 0, data[2] ?? 0].sort((a, b) => a - b);
    expect(x[0]).toBeCloseTo(0.5, 0);
    expect(x[1]).toBeCloseTo(10.5, 0);
    expect(fitCentres(clouds(200), 2, 7, TYPESCRIPT_KERNELS)).toEqual(centres);
  });

  it('are none for too few vectors, and one for vectors that are all the same', () => {
    expect(fitCentres(clouds(10), 4, 1, TYPESCRIPT_KERNELS)).toBeNull();
    const same = Array.from({ length: 50 }, () => Float32Array.of(3, 4));
    expect(fitCentres(same, 4, 1, TYPESCRIPT_KERNELS)?.rows).toBe(1);
  });
});

describe('a sampler', () => {
  it('keeps an even sample within its places, whatever the length of the stream', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), fc.integer({ min: 0, max: 2000 }), (most, n) => {
        const sampler = new Sampler(most);
        for (let i = 0; i < n; i++) sampler.offer(Float64Array.of(i));
        const kept = sampler.vectors().map((vector) => vector[0] as number);
        expect(kept.length).toBeLessThanOrEqual(most);
        if (n >= most) expect(kept.length).toBeGreaterThanOrEqual(Math.floor(most / 2));
        const steps = kept.slice(1).map((value, i) => value - (kept[i] as number));
        expect(new Set(steps).size).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('a log of distances', () => {
  it('gives back what it was given, beyond its first room', () => {
    const log = new DistanceLog(2);
    for (let i = 0; i < 1000; i++) log.push(i, Float64Array.of(i, i % 3 ? Number.NaN : -i));
    expect(log.rows).toBe(1000);
    expect([log.ts(999), ...log.distances(999)]).toEqual([999, 999, -999]);
    expect(log.column(0)).toHaveLength(1000);
    expect(log.column(1)).toHaveLength(334);
  });
});

describe('the upper bound of a Poisson rate', () => {
  it('is what tables say', () => {
    expect(poissonUpperBound(0)).toBeCloseTo(2.9957, 3);
    expect(poissonUpperBound(1)).toBeCloseTo(4.7439, 3);
    expect(poissonUpperBound(10)).toBeCloseTo(16.9622, 3);
  });
});

describe('the limit of novelty', () => {
  it('is the most that was new within a span after the fit', () => {
    const firstSeen = new Map([
      ['a', 5],
      ['b', 101],
      ['c', 104],
      ['d', 130],
    ]);
    expect(noveltyLimit({ firstSeen, activeTicks: 100 }, 100, 10)).toBe(2);
    expect(noveltyLimit({ firstSeen, activeTicks: 100 }, 120, 10)).toBe(1);
    expect(noveltyLimit({ firstSeen, activeTicks: 100 }, 140, 10)).toBe(0);
    expect(noveltyLimit({ firstSeen, activeTicks: 29 }, 100, 10)).toBeNull();
  });
});

describe('the regime', () => {
  it.each([
    [60, 1000, 'provisional'],
    [899, 1000, 'provisional'],
    [900, 1000, 'short'],
    [7200, 1000, 'full'],
    [299, 60_000, 'provisional'],
    [300, 60_000, 'short'],
    [1000, 300_000, 'full'],
  ])('of %d ticks of %d ms is %s', (ticks, intervalMs, regime) => {
    expect(planRegime(ticks, intervalMs).regime).toBe(regime);
  });

  it('says in time or in samples what is missing', () => {
    expect(planRegime(60, 1000).missing[0]).toBe('needs 14 more minutes for rates');
    expect(planRegime(100, 60_000).missing[0]).toBe('needs 200 more samples for rates');
    expect(planRegime(10_000, 1000).missing).toEqual([]);
  });
});
