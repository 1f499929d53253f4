import { describe, expect, it } from 'vitest';
import { leavesRecordedRange, showsRangesOnly } from '../src/recorded-range.js';

const reason = (actual: number, contribution: number) => ({
  metric: 'io.read.bytes',
  actual,
  expected: [100, 200] as const,
  contribution,
  firstSeen: false,
});

describe('what a distance rests on', () => {
  it('is out of the recorded range where a tenth of it lies clearly outside', () => {
    expect(leavesRecordedRange([reason(211, 0.1), reason(150, 0.9)])).toBe(true);
    expect(leavesRecordedRange([reason(89, 0.06), reason(230, 0.06), reason(150, 0.88)])).toBe(
      true,
    );
  });

  it('is within it where what lies outside does so by little, or makes up little', () => {
    expect(leavesRecordedRange([reason(209, 1), reason(91, 1)])).toBe(false);
    expect(leavesRecordedRange([reason(500, 0.09), reason(150, 0.91)])).toBe(false);
    expect(leavesRecordedRange([])).toBe(false);
  });
});

describe('a short training', () => {
  const host = { regime: 'short', timing: { shareTicks: 10 } } as const;
  const source = (ticks: number, metrics: number) => ({ ticks, features: Array(metrics).fill(0) });

  it('shows the ranges only of a source with more metrics than rows can fill', () => {
    expect(showsRangesOnly(host, source(1200, 30))).toBe(true);
    expect(showsRangesOnly(host, source(1200, 13))).toBe(true);
  });

  it('shows the tails of few metrics too', () => {
    expect(showsRangesOnly(host, source(1200, 12))).toBe(false);
    expect(showsRangesOnly({ ...host, timing: { shareTicks: 1 } }, source(400, 8))).toBe(false);
  });

  it('is what the rule is for, and no longer one', () => {
    expect(showsRangesOnly({ ...host, regime: 'full' }, source(7200, 800))).toBe(false);
  });
});
