import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeqRuns } from '../src/seq-runs.js';

describe('SeqRuns', () => {
  it('agrees with a set of numbers', () => {
    const step = fc.oneof(
      fc.nat(60).map((seq) => ({ first: seq, last: seq, single: true })),
      fc
        .tuple(fc.nat(60), fc.nat(10))
        .map(([first, more]) => ({ first, last: first + more, single: false })),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const set = new Set<number>();
        const runs = new SeqRuns();
        for (const { first, last, single } of steps) {
          if (single) {
            expect(runs.add(first)).toBe(!set.has(first));
            set.add(first);
          } else {
            runs.addRun(first, last);
            for (let seq = first; seq <= last; seq++) set.add(seq);
          }
        }
        for (let seq = 0; seq < 80; seq++) expect(runs.has(seq)).toBe(set.has(seq));
        const again = new SeqRuns(JSON.parse(JSON.stringify(runs)));
        expect(again.toJSON()).toEqual(runs.toJSON());
        for (const [i, [first]] of runs.toJSON().entries()) {
          if (i > 0) expect(first).toBeGreaterThan((runs.toJSON()[i - 1]?.[1] ?? 0) + 1);
        }
      }),
    );
  });

  it('stays one run for a collector that counts up', () => {
    const runs = new SeqRuns();
    for (let seq = 5; seq < 1000; seq++) runs.add(seq);
    expect(runs.toJSON()).toEqual([[5, 999]]);
  });
});
