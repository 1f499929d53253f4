import { describe, expect, it } from 'vitest';
import { adjustedRand } from '../src/diff/adjusted-rand.js';
import { diffGraphs, diffRows, diffSvg } from '../src/index.js';
import { hostileScene } from './hostile.js';
import { scene, webScene } from './scene.js';

const KEYS = ['process:a', 'process:b', 'process:c', 'process:d'].map((key) => [key] as const);
const pairs = (rho: number, extra: object = {}) =>
  scene(
    KEYS,
    [],
    [
      ['process:a', 'process:b', { rho, strength: rho, ...extra }],
      ['process:c', 'process:d', { rho: 0.5 }],
    ],
  );

describe('diffGraphs', () => {
  it('finds nothing between a graph and itself', () => {
    const diff = diffGraphs(webScene(), webScene());
    expect(diff.edges).toEqual([]);
    expect(diff.communities).toEqual({ agreement: 1, moved: [] });
    expect(diff.sources).toEqual({ gone: [], new: [] });
  });

  it('takes a small change of a correlation for noise and a large one for a change', () => {
    expect(diffGraphs(pairs(0.4), pairs(0.44)).edges).toEqual([]);
    expect(diffGraphs(pairs(0.4), pairs(0.7)).edges).toMatchObject([
      { source: 'process:a', target: 'process:b', change: 'stronger', test: 'correlation' },
    ]);
    expect(diffGraphs(pairs(0.7), pairs(0.4)).edges).toMatchObject([{ change: 'weaker' }]);
  });

  it('needs more of a difference where there is less data', () => {
    const short = { n: 60 };
    const [a, b] = [
      { ...pairs(0.4), ...short },
      { ...pairs(0.6), ...short },
    ];
    expect(diffGraphs(a, b).edges).toEqual([]);
    expect(diffGraphs(pairs(0.4), pairs(0.6)).edges).toHaveLength(1);
  });

  it('does not call an edge gone that only just missed the threshold', () => {
    const missed = pairs(0.12, { accepted: false });
    expect(diffGraphs(pairs(0.14), missed).edges).toEqual([]);
    expect(diffGraphs(pairs(0.5), missed).edges).toMatchObject([{ change: 'gone' }]);
  });

  it('calls a link weaker, not gone, that is still seen while its correlation is lost', () => {
    const linked = (rho: number, extra: object) =>
      scene(
        KEYS,
        [['process:b', 'process:a', 'tcp']],
        [['process:a', 'process:b', { rho, ...extra }]],
      );
    const [strong, lost] = [linked(0.6, {}), linked(0.02, { accepted: false })];
    expect(diffGraphs(strong, lost).edges).toMatchObject([{ change: 'weaker' }]);
    expect(diffGraphs(lost, strong).edges).toMatchObject([{ change: 'stronger' }]);
  });

  it('takes a pair that is not listed at the largest value it can have had', () => {
    const without = { ...pairs(0.5), inferred: pairs(0.5).inferred.slice(1) };
    expect(diffGraphs(pairs(0.5), without).edges).toMatchObject([{ change: 'gone', after: 0.05 }]);
    expect(diffGraphs(pairs(0.06), without).edges).toEqual([]);
  });

  it('reports an observed link that is gone, but not one that was hardly ever there', () => {
    const gone = (events: number) => {
      const part = webScene();
      const before = {
        ...part,
        observed: part.observed.map((edge) => (edge.kind === 'unix' ? { ...edge, events } : edge)),
      };
      const after = { ...part, observed: part.observed.filter(({ kind }) => kind !== 'unix') };
      return diffGraphs(before, after).edges;
    };
    expect(gone(3000)).toMatchObject([{ change: 'gone', test: 'observed link', before: 3000 }]);
    expect(gone(1)).toEqual([]);
  });

  it('reports edges of a source that appeared as new', () => {
    const all = scene(KEYS, [['process:a', 'process:d', 'tcp']]);
    const fewer = scene(KEYS.slice(0, 3));
    const diff = diffGraphs(fewer, all);
    expect(diff.sources.new).toEqual(['process:d']);
    expect(diff.edges).toMatchObject([{ change: 'new', test: 'source', directed: true }]);
    expect(diffGraphs(all, fewer).sources.gone).toEqual(['process:d']);
  });

  it('gives rows and a picture of both, the same each time, with names escaped', () => {
    const [a, b] = [hostileScene(), { ...hostileScene(), observed: [] }];
    const diff = diffGraphs(a, b);
    expect(diff.edges.length).toBeGreaterThan(3);
    expect(diffRows(diff)).toHaveLength(diff.edges.length + 1);
    expect(diffRows(diff).flat().join('')).not.toMatch(/\p{Cc}|\u202e/u);
    const svg = diffSvg(a, b, diff, { theme: 'light' });
    expect(svg).toBe(diffSvg(a, b, diff, { theme: 'light' }));
    expect(svg).not.toContain('<script');
  });
});

describe('adjustedRand', () => {
  it('is 1 for the same partition under other names and near 0 for unrelated ones', () => {
    expect(adjustedRand([0, 0, 1, 1, 2], ['x', 'x', 'y', 'y', 'z'])).toBe(1);
    expect(adjustedRand([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(-0.5, 9);
    expect(adjustedRand([0, 0, 1, 1, 1, 2], [0, 0, 1, 1, 2, 2])).toBeCloseTo(0.444444, 5);
  });
});
