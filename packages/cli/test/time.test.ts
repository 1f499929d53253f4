import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration, parseInstant, resolveInstant } from '../src/options/time.js';

describe('durations', () => {
  test('are numbers with units, alone or in a row', () => {
    const read = ['500ms', '30s', '5m', '2h', '1d', '1w', '1h30m', '1.5s', '0s'].map(parseDuration);
    expect(read).toEqual([
      500, 30_000, 300_000, 7_200_000, 86_400_000, 604_800_000, 5_400_000, 1_500, 0,
    ]);
  });

  test('anything else is refused', () => {
    const bad = [
      '',
      '5',
      's',
      '-5s',
      '5 s',
      '5S',
      '1e3s',
      'NaNs',
      'Infinitys',
      `${'9'.repeat(20)}d`,
    ];
    expect(bad.map(parseDuration)).toEqual(bad.map(() => undefined));
  });

  test('whole seconds read back as they were written', () => {
    fc.assert(
      fc.property(fc.nat(), (s) => {
        expect(parseDuration(`${s}s`)).toBe(s * 1_000);
      }),
    );
  });
});

describe('times', () => {
  test('are RFC 3339, dates, epoch seconds or milliseconds', () => {
    const at = Date.UTC(2026, 4, 1, 10);
    for (const text of [
      '2026-05-01T10:00:00Z',
      '2026-05-01t10:00:00z',
      '2026-05-01 10:00:00Z',
      '2026-05-01T12:00:00.000+02:00',
      `${at / 1_000}`,
      `${at}`,
    ]) {
      expect(parseInstant(text), text).toEqual({ kind: 'at', ms: at });
    }
    expect(parseInstant('2026-05-01')).toEqual({ kind: 'at', ms: Date.UTC(2026, 4, 1) });
  });

  test('may be so long before now', () => {
    const instant = parseInstant('-6h');
    expect(instant).toEqual({ kind: 'ago', ms: 21_600_000 });
    expect(resolveInstant(instant ?? { kind: 'ago', ms: 0 }, 21_600_001)).toBe(1);
    expect(parseInstant('now')).toEqual({ kind: 'ago', ms: 0 });
  });

  test('without a zone, on days that do not exist, or out of range are refused', () => {
    for (const text of [
      '2026-05-01T10:00:00',
      '2026-02-30',
      '2026-13-01T00:00:00Z',
      '2026-05-01T25:00:00Z',
      'yesterday',
      '+6h',
      'NaN',
      '9e99',
      '9'.repeat(30),
      '',
    ]) {
      expect(parseInstant(text), text).toBeUndefined();
    }
  });

  test('any instant in milliseconds reads back from RFC 3339', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 0) }), (ms) => {
        expect(parseInstant(new Date(ms).toISOString())).toEqual({ kind: 'at', ms });
      }),
    );
  });
});
