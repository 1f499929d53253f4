import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderByTick } from '../src/formats/order-by-tick.js';

/** A column of cells as the decoder hands it over. */
function cells(values: readonly string[]) {
  const texts = [...new Set(values)];
  return { texts, index: Uint32Array.from(values, (value) => texts.indexOf(value)) };
}

describe('rows of a table in the order of their ticks', () => {
  it('are sorted by time and running number, those of one tick as they stand', () => {
    const row = fc.record({
      ts: fc.constantFrom('1', '2', '10', 'never'),
      seq: fc.constantFrom('', '2', '10'),
      boot: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const columns = [cells(rows.map((r) => r.ts)), cells(rows.map((r) => r.seq))];
        const order = [...orderByTick([...columns, cells(rows.map((r) => r.boot))], rows.length)];
        const time = (at: number): number => (rows[at]?.ts === 'never' ? -1 : Number(rows[at]?.ts));
        const tick = (at: number): string => JSON.stringify(rows[at]);
        expect([...order].sort((a, b) => a - b)).toEqual(rows.map((_, at) => at));
        for (let i = 1; i < order.length; i++) {
          const [before, after] = [order[i - 1] as number, order[i] as number];
          const step = time(after) - time(before);
          const next = step || Number(rows[after]?.seq) - Number(rows[before]?.seq);
          expect(next).toBeGreaterThanOrEqual(0);
          if (tick(before) === tick(after)) expect(after).toBeGreaterThan(before);
        }
        // A tick stands in one piece.
        const starts = order.filter(
          (at, i) => i === 0 || tick(at) !== tick(order[i - 1] as number),
        );
        expect(new Set(starts.map(tick)).size).toBe(starts.length);
      }),
    );
  });
});
