import { describe, expect, it } from 'vitest';
import { SeriesMemo } from '../src/index.js';

describe('what is remembered of series', () => {
  it('is looked at once per metric and bucket, whatever stands in it', () => {
    const looked: string[] = [];
    const memo = new SeriesMemo(({ metric, bucket }) => {
      looked.push(`${metric} ${bucket ?? '-'}`);
      return looked.length - 1;
    });
    const all = [{ metric: 'a' }, { metric: 'a', bucket: 0 }, { metric: 'a', bucket: 1 }];
    for (let round = 0; round < 2; round++) {
      expect(all.map((one, source) => memo.of({ source, ...one }))).toEqual([0, 1, 2]);
    }
    expect(looked).toEqual(['a -', 'a 0', 'a 1']);
  });

  it('is bounded: names without end are looked at again', () => {
    let looked = 0;
    const memo = new SeriesMemo(() => looked++);
    for (let i = 0; i < 10_000; i++) memo.of({ source: 0, metric: `m${i}` });
    const before = looked;
    expect(memo.of({ source: 0, metric: 'm0' })).toBe(before);
  });
});
