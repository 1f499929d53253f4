import { type TimeRange, type Window, windowHolds, windowLengthMs } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const instant = fc.integer({ min: 0, max: 60 });
const range: fc.Arbitrary<TimeRange> = fc.record({ from: instant, to: instant });
const window: fc.Arbitrary<Window> = fc.record({
  from: instant,
  to: instant,
  exclude: fc.array(range, { maxLength: 5 }),
});

describe('a window', () => {
  it('holds its start and not its end, and neither end of what it excludes the other way round', () => {
    const w: Window = { from: 10, to: 20, exclude: [{ from: 12, to: 14 }] };
    const held = [9, 10, 11, 12, 13, 14, 19, 20].filter((ts) => windowHolds(w, ts));
    expect(held).toEqual([10, 11, 14, 19]);
  });

  it('is as long as the milliseconds that it holds, however exclusions overlap', () => {
    fc.assert(
      fc.property(window, (w) => {
        let held = 0;
        for (let ts = 0; ts <= 60; ts++) if (windowHolds(w, ts)) held++;
        expect(windowLengthMs(w)).toBe(held);
      }),
    );
  });
});
