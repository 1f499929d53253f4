import {
  compareSources,
  parseSourceKey,
  SOURCE_KINDS,
  type SourceId,
  sourceKey,
} from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const source: fc.Arbitrary<SourceId> = fc.record({
  kind: fc.constantFrom(...SOURCE_KINDS),
  name: fc.string({ minLength: 1 }),
});

describe('a source key', () => {
  it('reads back as the source it was written of, whatever the name holds', () => {
    fc.assert(
      fc.property(source, (id) => {
        expect(parseSourceKey(sourceKey(id))).toEqual(id);
      }),
    );
  });

  it.each(['', 'nginx', ':nginx', 'process', 'process:', 'thread:nginx'])(
    'is not read from %j',
    (text) => {
      expect(parseSourceKey(text)).toBeUndefined();
    },
  );
});

describe('the order of sources', () => {
  it('is by kind, then by code units, and total', () => {
    fc.assert(
      fc.property(source, source, source, (a, b, c) => {
        expect(Math.sign(compareSources(a, b))).toBe(0 - Math.sign(compareSources(b, a)));
        expect(compareSources(a, b) === 0).toBe(sourceKey(a) === sourceKey(b));
        const [first, second, third] = [a, b, c].sort(compareSources);
        expect(compareSources(first as SourceId, third as SourceId)).toBeLessThanOrEqual(0);
        expect(compareSources(first as SourceId, second as SourceId)).toBeLessThanOrEqual(0);
      }),
    );
    expect(
      compareSources({ kind: 'process', name: 'z' }, { kind: 'device', name: 'a' }),
    ).toBeLessThan(0);
  });
});
