import { describe, expect, test } from 'vitest';
import { countEvents } from '../bench/quality/metrics/events.js';
import { aucPr } from '../bench/quality/metrics/ranking.js';
import { bufferLength, vusPr } from '../bench/quality/metrics/vus-pr.js';

/**
 * Labels with touching, long and final events, scores with many ties, and a series of period 24:
 * everything the metrics treat specially. The expected numbers come from an independent
 * implementation in Python that agrees with TSB-AD's own code to six digits.
 */
function example() {
  let state = 12345;
  const next = (): number => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const rows = 600;
  const labels = new Uint8Array(rows).fill(1, 40, 52).fill(1, 55, 60).fill(1, 200, 260);
  labels.fill(1, 590);
  const scores = Float64Array.from(labels, (label, i) => {
    const noise = Math.floor(next() * 40) / 10;
    return noise + (label === 1 ? 1.5 : 0) + (i >= 30 && i < 70 ? 0.8 : 0);
  });
  const series = Float64Array.from(
    { length: rows },
    (_, i) => Math.sin((2 * Math.PI * i) / 24) + 0.3 * next(),
  );
  return { labels, scores, series };
}

describe('the metrics of detection quality', () => {
  const { labels, scores, series } = example();

  test.each([
    [0, 0.6429019668],
    [1, 0.6429019668],
    [10, 0.6696302952],
    [25, 0.7006884997],
    [125, 0.7981658074],
  ])('VUS-PR with buffers up to %i rows equals the reference', (buffer, expected) => {
    expect(vusPr(labels, scores, buffer)).toBeCloseTo(expected, 8);
  });

  test('average precision equals the reference', () => {
    expect(aucPr(labels, scores)).toBeCloseTo(0.6440588123, 8);
  });

  test('the buffer is the period of the series, and 125 where it has none', () => {
    expect(bufferLength(series)).toBe(24);
    expect(bufferLength(new Float64Array(1000).fill(7))).toBe(125);
  });

  test('events caught, false rows and false episodes are counted as in the reference', () => {
    const alarms = Uint8Array.from(scores, (s) => (s >= 4.5 ? 1 : 0));
    const counts = countEvents(labels, alarms);
    expect(counts).toMatchObject({ events: 4, caught: 4, falseEpisodes: 0, calmRows: 513 });
    expect(counts.falseRows / counts.calmRows).toBeCloseTo(0.003898635477582846, 12);
  });

  test('scores that are no numbers are refused', () => {
    expect(() => aucPr(labels, new Float64Array(labels.length).fill(Number.NaN))).toThrow(
      RangeError,
    );
  });

  test('without an event there is nothing to measure', () => {
    expect(vusPr(new Uint8Array(600), scores, 10)).toBeNaN();
  });
});
