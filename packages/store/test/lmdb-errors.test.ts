import { expect, test } from 'vitest';
import { coded } from '../src/drivers/lmdb/lmdb-errors.js';

const failed = (code: number | string) =>
  coded(Object.assign(new Error('as LMDB or the system says it'), { code }), 'lmdb:/a/store');

test.each([
  [-30792, 'STORE-1011', 'the memory map is full'],
  [28, 'STORE-1010', 'no space left on the disk'],
  ['EDQUOT', 'STORE-1010', 'no space left on the disk'],
  ['EROFS', 'STORE-1014', 'as LMDB or the system says it'],
  [-30796, 'STORE-1005', 'as LMDB or the system says it'],
  [-1, 'STORE-1002', 'as LMDB or the system says it'],
])('what LMDB calls %s is %s, with a remedy and exit code 6 or 1', (code, expected, text) => {
  const error = failed(code);
  expect(error.code).toBe(expected);
  expect(error.message).toContain(text);
  expect(error.remedy).not.toBe('');
  expect([1, 6]).toContain(error.exitCode);
});

test('what has a code already keeps it', () => {
  const error = failed(28);
  expect(coded(error, 'lmdb:/another')).toBe(error);
});
