import type { RecordingView } from '@ethogram/report';
import { TimeBins } from '@ethogram/report';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Label } from '../../src/demo/labels.js';
import { changePoint, findPhases, normalUntil } from '../../src/demo/phases.js';

const START = Date.UTC(2026, 4, 1);
const MINUTE = 60_000;
const normal = { from: START, to: START + 76 * MINUTE };
const bins = new TimeBins({ from: START, to: START + 91 * MINUTE }, 1_000);

const label = (kind: string, minute: number): Label => ({
  kind,
  name: kind,
  from: new Date(START + minute * MINUTE).toISOString(),
  to: new Date(START + (minute + 1) * MINUTE).toISOString(),
});

/** A recording whose calls per second are a function of the minute. */
function recording(rateAt: (minute: number) => number): RecordingView {
  const callRate = Float64Array.from({ length: bins.count }, (_, i) =>
    rateAt((bins.middle(i) - START) / MINUTE),
  );
  return { bins, processes: [{ callRate }] } as unknown as RecordingView;
}

describe('the normal part', () => {
  test('ends where the first misbehaviour begins, and without labels after 70 %', () => {
    const labels = [label('benign', 5), label('misbehaviour', 80), label('misbehaviour', 76)];
    expect(normalUntil(normal, labels)).toBe(START + 76 * MINUTE);
    expect(normalUntil({ from: 0, to: 1_000 }, [label('benign', 5)])).toBe(700);
  });
});

describe('the phases of a story', () => {
  const labels = [label('service start', 10), label('misbehaviour', 76)];

  test('are idle, after the service start, and under load from where calls rise for good', () => {
    const daily = (minute: number) => 900 + 700 * Math.sin((2 * Math.PI * minute) / 24);
    const backup = (minute: number) => (minute % 10 < 0.15 ? 6_000 : 0);
    const rate = (minute: number) => (minute < 20 ? 100 : daily(minute)) + backup(minute);
    const phases = findPhases(normal, recording(rate), labels);
    expect(phases.map(({ slug }) => slug)).toEqual([
      '1-idle',
      '2-after-the-service-start',
      '3-under-load',
    ]);
    expect(phases[0]).toMatchObject({ from: START, to: START + 10 * MINUTE });
    expect(Math.abs((phases[2]?.from ?? 0) - (START + 20 * MINUTE))).toBeLessThan(MINUTE);
    expect(phases[2]?.to).toBe(normal.to);
  });

  test('have no load where calls stay as they are', () => {
    const phases = findPhases(
      normal,
      recording((minute) => 100 + 20 * Math.sin(minute)),
      labels,
    );
    expect(phases.map(({ name }) => name)).toEqual(['idle', 'after the service start']);
  });

  test('are one where nothing is labelled and nothing changes', () => {
    const phases = findPhases(
      normal,
      recording(() => 100),
      [],
    );
    expect(phases).toEqual([{ name: 'before the load', slug: '1-before-the-load', ...normal }]);
  });
});

describe('a change point', () => {
  test('is found wherever one level follows another, to the sample', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 50 }),
        fc.integer({ min: 5, max: 50 }),
        fc.double({ min: 1, max: 9, noNaN: true }),
        (before, after, rise) => {
          const values = [...Array(before).fill(0), ...Array(after).fill(rise)] as number[];
          expect(changePoint(values)).toBe(before);
        },
      ),
    );
  });

  test('is not found in too little, in what falls, or in noise around one level', () => {
    expect(changePoint([])).toBeUndefined();
    expect(changePoint([0, 9])).toBeUndefined();
    expect(changePoint([9, 9, 9, 9, 9, 0, 0, 0, 0, 0])).toBeUndefined();
    expect(changePoint(Array.from({ length: 60 }, (_, i) => (i % 2) * 0.2))).toBeUndefined();
  });
});
