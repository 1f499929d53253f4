import { seededRng } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discoveryScore, hostScore } from '../src/index.js';

const scores = fc.array(fc.double({ min: 0, max: 12, noNaN: true }), {
  minLength: 1,
  maxLength: 40,
});

describe('many sources at once', () => {
  it('give the host the score of its only source, and never more than the largest', () => {
    expect(hostScore([4.2])).toBeCloseTo(4.2, 12);
    expect(hostScore([])).toBe(0);
    fc.assert(
      fc.property(scores, (list) => {
        expect(hostScore(list)).toBeLessThanOrEqual(Math.max(...list) + 1e-12);
      }),
    );
  });

  it('alarm the host as often as they should when all are normal', () => {
    const rng = seededRng(5);
    const trials = 20_000;
    let off = 0;
    for (let i = 0; i < trials; i++) {
      const list = Array.from({ length: 20 }, () => -Math.log10(1 - rng.next()));
      if (hostScore(list) >= 2) off++;
    }
    expect(off / trials).toBeGreaterThan(0.007);
    expect(off / trials).toBeLessThan(0.013);
  });

  it('are discovered exactly as Benjamini and Hochberg would', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(0.05, 0.01, 1e-4), (list, fdr) => {
        const p = list.map((score) => 10 ** -score).sort((a, b) => a - b);
        let rejected = 0;
        for (const [k, value] of p.entries()) {
          if (value <= ((k + 1) * fdr) / p.length) rejected = k + 1;
        }
        const limit = discoveryScore(list, fdr);
        expect(list.filter((score) => score >= limit).length).toBeGreaterThanOrEqual(rejected);
        if (rejected === 0) expect(limit).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });
});
