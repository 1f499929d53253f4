import { expect, test } from 'vitest';
import {
  bytesText,
  countText,
  durationText,
  numberText,
  shareText,
  shortTime,
} from '../src/index.js';

test('durations are told in their two largest units', () => {
  const told = [0, 12, 999, 1_000, 3_440, 59_999, 60_000, 61_000, 3_600_000, 4_320_000, 90_000_000];
  expect(told.map(durationText)).toEqual([
    '0 ms',
    '12 ms',
    '999 ms',
    '1 s',
    '3.4 s',
    '59.9 s',
    '1 min',
    '1 min 1 s',
    '1 h',
    '1 h 12 min',
    '1 d 1 h',
  ]);
});

test('bytes are told in binary units', () => {
  expect([0, 512, 1024, 1536, 34_603_008, 2 ** 40].map(bytesText)).toEqual([
    '0 B',
    '512 B',
    '1 KiB',
    '1.5 KiB',
    '33 MiB',
    '1 TiB',
  ]);
});

test('numbers have three significant digits', () => {
  expect([0, 0.0000123, 0.0123, 812.4, 1_234_567].map(numberText)).toEqual([
    '0',
    '1.2e-5',
    '0.0123',
    '812',
    '1,234,567',
  ]);
});

test('shares, counts and times read as people write them', () => {
  expect([0, 0.042, 0.714, 1].map(shareText)).toEqual(['0 %', '4.2 %', '71 %', '100 %']);
  expect([countText(1, 'source'), countText(2, 'source')]).toEqual(['1 source', '2 sources']);
  expect(shortTime(0)).toBe('1970-01-01 00:00:00Z');
});
