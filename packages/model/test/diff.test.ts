import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionDistance } from '../src/distribution-distance.js';
import { diffModels, type Model, type SourceModel, sealModel } from '../src/index.js';
import { exampleModel } from './example-model.js';

const changed = (change: (source: SourceModel) => SourceModel): Model => {
  const model = exampleModel();
  return sealModel({ ...model, sources: model.sources.map(change) });
};

describe('the difference of two models', () => {
  it('is nothing for a model and itself', () => {
    const diff = diffModels(exampleModel(), exampleModel());
    expect(diff.lines).toEqual(['nothing worth telling changed']);
    expect(diff.changed).toEqual([]);
  });

  it('names sources that came and went', () => {
    const renamed = changed((source) => ({ ...source, name: 'other' }));
    const diff = diffModels(exampleModel(), renamed);
    expect(diff.added).toEqual(['process:other']);
    expect(diff.removed).toEqual(['process:web.service/web']);
  });

  it('tells a mean that moved in standard deviations, new calls, and another mix', () => {
    const moved = changed((source) => ({
      ...source,
      features: source.features.map((f) => ({ ...f, mean: f.mean + 3 * f.sd })),
      callShares: [0.1, 0.9],
      known: { ...source.known, calls: [...source.known.calls, 'ptrace'] },
    }));
    expect(diffModels(exampleModel(), moved).lines).toEqual([
      'process:web.service/web: syscall.calls 121 → 154 (+3 sd)',
      expect.stringContaining('another mix of system calls'),
      'process:web.service/web: now also calls ptrace',
    ]);
  });

  it('tells states that moved', () => {
    const inModes = (...share: number[]) =>
      changed((source) => ({
        ...source,
        modes: {
          of: share.map((_, mode) => mode),
          share,
          marks: share.map(() => []),
          transitions: share.map(() => share.map(() => 0)),
        },
      }));
    const lines = (a: Model, b: Model) => diffModels(a, b).lines;
    expect(lines(inModes(0.9, 0.1), inModes(0.5, 0.5))).toEqual([
      'process:web.service/web: modes 2 (90 %, 10 %) → 2 (50 %, 50 %)',
    ]);
    expect(lines(inModes(0.9, 0.1), inModes(0.8, 0.1, 0.1))).toEqual([
      'process:web.service/web: modes 2 (90 %, 10 %) → 3 (80 %, 10 %, 10 %)',
    ]);
    expect(lines(inModes(0.9, 0.1), inModes(0.88, 0.12))).toEqual([
      'nothing worth telling changed',
    ]);
  });
});

/** Row-major f32. */
const matrix = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  cols: rows[0]?.length ?? 0,
  type: 'f32' as const,
  scale: 1,
  data: Buffer.from(Float32Array.from(rows.flat()).buffer).toString('base64'),
});

/** Modes of one metric, in standard deviations from its mean. */
const withModes = (modes: readonly number[], more: Partial<SourceModel> = {}): Model =>
  changed((source) => ({
    ...source,
    level: {
      scale: { from: 0, by: 1 },
      centres: matrix(modes.map((mode) => Array.from({ length: 10 }, () => mode))),
    },
    ...more,
  }));

describe('the typical windows of two models', () => {
  it('are the same in another order', () => {
    const diff = diffModels(withModes([-2, 0, 3]), withModes([3, -2, 0]));
    expect(diff.lines).toEqual(['nothing worth telling changed']);
  });

  it('are told where one came and one went, with what sets it apart in its own unit', () => {
    const diff = diffModels(withModes([-2, 0]), withModes([0, 4, 0.5]));
    expect(diff.changed[0]?.centres).toMatchObject({ from: 2, to: 3, added: 1, gone: 1 });
    expect(diff.lines).toEqual([
      'process:web.service/web: 2 → 3 typical windows, 1 unlike any before, 1 no longer there; farthest: syscall.calls about 166, nearest before 121',
    ]);
  });

  it('are compared in the units of the older model, however the newer one is scaled', () => {
    const wide = (source: SourceModel) =>
      source.features.map((f) => ({ ...f, sd: f.sd * 4, mean: f.mean - 2 * f.sd }));
    const rescaled = withModes([0, 0.5], {
      features: wide(exampleModel().sources[0] as SourceModel),
    });
    expect(diffModels(withModes([-2, 0]), rescaled).changed[0]?.centres).toMatchObject({
      added: 0,
      gone: 0,
    });
  });

  it('are not compared where one model has none', () => {
    expect(diffModels(exampleModel(), withModes([5])).changed).toEqual([]);
  });
});

describe('the histograms of two models', () => {
  const sized = (shares: readonly number[], buckets: readonly number[]): Model =>
    changed((source) => ({
      ...source,
      histograms: [{ metric: 'io.write.size', scheme: 'log2', buckets: [...buckets] }],
      distribution: {
        scale: { from: 0, by: 1 },
        histograms: [{ centres: matrix([shares.map(Math.sqrt)]) }],
      },
    }));

  it('are told by their Jensen–Shannon distance over the buckets of both', () => {
    const before = sized([0.5, 0.5], [4, 5]);
    expect(diffModels(before, before).changed).toEqual([]);
    const diff = diffModels(before, sized([0.5, 0.5], [5, 9]));
    expect(diff.changed[0]?.distributions[0]?.distance).toBeCloseTo(Math.sqrt(0.5), 6);
    expect(diff.lines).toEqual([
      'process:web.service/web: io.write.size is distributed otherwise (distance 0.707)',
    ]);
  });
});

const shares = (n: number) =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: n, maxLength: n });

describe('the distance of two distributions', () => {
  it('is a metric within 0 and 1', () => {
    fc.assert(
      fc.property(shares(5), shares(5), shares(5), (a, b, c) => {
        const ab = distributionDistance(a, b);
        expect(distributionDistance(a, a)).toBeCloseTo(0, 6);
        expect(ab).toBeCloseTo(distributionDistance(b, a), 12);
        expect(ab).toBeGreaterThanOrEqual(0);
        expect(ab).toBeLessThanOrEqual(1);
        expect(ab).toBeLessThanOrEqual(
          distributionDistance(a, c) + distributionDistance(c, b) + 1e-9,
        );
      }),
    );
  });

  it('takes a share too small to be halved for what it is', () => {
    expect(distributionDistance([1, Number.MIN_VALUE], [1, 0])).toBe(0);
    expect(distributionDistance([1, 0], [1, Number.MIN_VALUE])).toBe(0);
  });

  it('is 1 for distributions that have nothing in common', () => {
    expect(distributionDistance([1, 0], [0, 5])).toBeCloseTo(1, 12);
  });
});
