import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName } from '../../src/identity/clean-name.js';

describe('a name from outside', () => {
  it('is cut before a character of two units that does not fit', () => {
    expect(cleanName(`${'a'.repeat(199)}😀`)).toBe('a'.repeat(199));
    expect(cleanName(`${'a'.repeat(198)}😀`)).toBe(`${'a'.repeat(198)}😀`);
    expect(cleanName('😀'.repeat(101))).toBe('😀'.repeat(100));
  });

  it('is whole characters of any text, at most 200 units, and the same when cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), (text) => {
        const name = cleanName(text);
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(name.length).toBeLessThanOrEqual(200);
        expect(cleanName(name)).toBe(name);
      }),
      { numRuns: 30 },
    );
  });
});
