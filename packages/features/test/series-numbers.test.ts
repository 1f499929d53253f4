import type { Block, SeriesId } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesNumbers } from '../src/index.js';

function block(names: readonly string[], series: readonly SeriesId[]): Block {
  return {
    host: 'h',
    boot: 'b',
    backend: 'made',
    blind: [],
    sources: names.map((name) => ({ kind: 'process', name })),
    series,
    seq: Float64Array.of(0),
    ts: Float64Array.of(0),
    intervalNs: Float64Array.of(1e9),
    rowStart: Uint32Array.of(0, 0),
    seriesIndex: new Uint32Array(0),
    values: new Float64Array(0),
    links: new Map(),
    linkSnapshots: new Set(),
    markers: new Map(),
    lost: new Map(),
  };
}

/** Numbers that also tell what each was given for. */
function watched(): { numbers: SeriesNumbers; told: Map<number, string> } {
  const numbers = new SeriesNumbers();
  const told = new Map<number, string>();
  numbers.watch((number, { name }, { metric, bucket }) =>
    told.set(number, `${name} ${metric} ${bucket ?? '-'}`),
  );
  return { numbers, told };
}

describe('numbers of series', () => {
  it('belong to one source, metric and bucket each, however blocks leave out and reorder', () => {
    const series = fc.record({
      source: fc.nat(3),
      metric: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      bucket: fc.option(fc.nat(2), { nil: undefined }),
    });
    const blocks = fc.array(
      fc.tuple(fc.shuffledSubarray(['w', 'x', 'y', 'z'], { minLength: 4 }), fc.array(series)),
    );
    fc.assert(
      fc.property(blocks, (made) => {
        const { numbers, told } = watched();
        for (const [names, all] of made) {
          const ids = all.map(({ source, metric, bucket }) =>
            bucket === undefined ? { source, metric } : { source, metric, bucket, scheme: 's' },
          );
          const given = numbers.enter(block(names, ids));
          for (const [i, { source, metric, bucket }] of all.entries()) {
            expect(told.get(given[i] as number)).toBe(
              `${names[source]} ${metric} ${bucket ?? '-'}`,
            );
          }
        }
        expect(new Set(told.values()).size).toBe(told.size);
      }),
    );
  });

  it('are told once each', () => {
    let told = 0;
    const numbers = new SeriesNumbers();
    numbers.watch(() => told++);
    const series = [
      { source: 0, metric: 'a' },
      { source: 0, metric: 'b' },
    ];
    for (let i = 0; i < 3; i++) numbers.enter(block(['x'], series));
    expect(told).toBe(2);
  });

  it('are bounded: of names without end the first are forgotten, and told again', () => {
    const { numbers, told } = watched();
    const first = [{ source: 0, metric: 'first' }];
    numbers.enter(block(['x'], first));
    for (let i = 0; i < 70; i++) {
      const series = Array.from({ length: 1000 }, (_, j) => ({ source: 0, metric: `${i} ${j}` }));
      numbers.enter(block([`x${i}`], series));
    }
    const given = numbers.enter(block(['x'], first))[0] as number;
    expect(told.get(given)).toBe('x first -');
    expect(given).toBeLessThan(10_000);
  });
});
