import { expect, test } from 'vitest';
import { cronPattern, dueAfter, type Schedule } from '../../src/service/schedule.js';

const plain: Schedule = {
  firstAfterMs: 1,
  everyMs: 3_600_000,
  at: undefined,
  driftEveryMs: 0,
  windowMs: 1,
  more: [],
};

test('a model is learned again after a while, or at the times of a pattern of cron', () => {
  const last = new Date(2026, 4, 1, 12, 30).getTime();
  expect(dueAfter(last, plain)).toBe(last + 3_600_000);
  const at = (pattern: string) => new Date(dueAfter(last, { ...plain, at: pattern }));
  expect(at('0 3 * * *')).toEqual(new Date(2026, 4, 2, 3, 0));
  expect(at('0 13 * * 5')).toEqual(new Date(2026, 4, 1, 13, 0));
});

test.each([['soon'], ['* * *'], ['61 * * * *'], ['0 0 31 2 *'], ['']])(
  '%j is no pattern that comes true',
  (text) => {
    expect(cronPattern.schema.safeParse(text).success).toBe(false);
  },
);

test('a pattern that comes true is taken as it stands', () => {
  expect(cronPattern.schema.parse('0 3 * * *')).toBe('0 3 * * *');
});
