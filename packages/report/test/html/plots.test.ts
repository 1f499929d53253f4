import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areaPlot } from '../../src/html/plot/area-plot.js';
import { heatMap } from '../../src/html/plot/heat-map.js';
import { linePlot } from '../../src/html/plot/line-plot.js';
import { axisText, niceTicks, nsText, unitText } from '../../src/html/plot/number-axis.js';
import { runs } from '../../src/html/plot/runs.js';
import { rangeMark, shareBar, sparkline } from '../../src/html/plot/small-marks.js';
import { shorten, stripPlot } from '../../src/html/plot/strip-plot.js';
import { TimeBins } from '../../src/index.js';
import { HOSTILE, LOOK, START } from '../page-parts.js';

const bins = new TimeBins({ from: START, to: START + 60_000 }, 1_000);
const frame = { bins, look: LOOK, height: 100, label: HOSTILE };
const binned = (of: (i: number) => number) =>
  Float64Array.from({ length: bins.count }, (_, i) => of(i));

/** Whether every number of a picture is one. */
function expectDrawn(svg: string): void {
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(svg).not.toContain('<script');
}

describe('ticks of an axis', () => {
  test('begin at 0, rise evenly and reach the top, however large or small it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (top) => {
        const ticks = niceTicks(top);
        expect(ticks[0]).toBe(0);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.at(-1) ?? 0).toBeGreaterThanOrEqual(top * (1 - 1e-6));
        for (const [i, tick] of ticks.entries()) {
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1] as number);
        }
      }),
    );
  });

  test('of nothing are those of 0 to 1', () => {
    expect(niceTicks(0)).toEqual([0, 1]);
    expect(niceTicks(Number.NaN)).toEqual([0, 1]);
  });

  test('are written short, in the unit of what they measure', () => {
    expect([999, 1_200, 3e6, 5e9].map(axisText)).toEqual(['999', '1.2k', '3M', '5G']);
    expect([812, 1.5e3, 2e6, 3e9].map(nsText)).toEqual(['812 ns', '1.5 µs', '2 ms', '3 s']);
    expect(unitText('ppm')(1_000_000)).toBe('100 %');
    expect(unitText('bytes/s')(2_048)).toBe('2 KiB/s');
  });
});

describe('runs', () => {
  test('cover exactly what holds', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (flags) => {
        const covered = flags.map(() => false);
        for (const { from, to } of runs(flags.length, (i) => flags[i] === true)) {
          expect(to).toBeGreaterThan(from);
          for (let i = from; i < to; i++) covered[i] = true;
        }
        expect(covered).toEqual(flags);
      }),
    );
  });
});

describe('plots', () => {
  test('break where nothing was measured', () => {
    const values = binned((i) => (i >= 10 && i < 20 ? Number.NaN : i));
    const svg = linePlot(frame, [{ name: 'a', values }], axisText);
    expectDrawn(svg);
    expect(/class="line"[^>]* d="([^"]*)"/.exec(svg)?.[1]?.match(/M/g)).toHaveLength(2);
    expectDrawn(areaPlot(frame, [{ name: HOSTILE, values }], axisText));
  });

  test('of zeros, of one bin and of nothing at all are still pictures', () => {
    for (const of of [() => 0, () => Number.NaN, (i: number) => (i === 3 ? 1 : Number.NaN)]) {
      const series = [{ name: HOSTILE, values: binned(of) }];
      expectDrawn(linePlot(frame, series, axisText));
      expectDrawn(areaPlot(frame, [...series, ...series], axisText));
      expectDrawn(sparkline(binned(of), HOSTILE));
    }
  });

  test('stack bands on each other', () => {
    const one = { name: 'one', values: binned(() => 1) };
    const svg = areaPlot(frame, [one, { ...one, name: 'two' }], axisText);
    expect(svg.match(/class="band"/g)).toHaveLength(2);
    // The top of the axis is the sum of both.
    expect(svg).toMatch(/>2</);
  });

  test('show a distribution by its buckets, darkest where most values fell', () => {
    const counts = new Map([
      [63, binned(() => 1)],
      [70, binned((i) => (i === 5 ? 1_000 : 0))],
    ]);
    const view = { name: HOSTILE, unit: 'bytes' as const, scheme: 'quantize', total: 1, counts };
    const svg = heatMap(frame, view);
    expectDrawn(svg);
    expect(svg).toContain('0 B');
    expect(svg.match(/class="heat" fill-opacity="1.00"/g)).toHaveLength(1);
  });

  test('of other bucket schemes, open at both ends, are drawn too', () => {
    const counts = new Map([
      [0, binned(() => 2)],
      [11, binned(() => 3)],
    ]);
    const scheme = 'lquantize:0,100,10';
    expectDrawn(heatMap(frame, { name: 'x', unit: 'none', scheme, total: 5, counts }));
  });

  test('name sources at both ends where they are long, and in full in the tooltip', () => {
    const name = `a-very-long-unit-name.service/${HOSTILE}/executable`;
    const svg = stripPlot(frame, [{ name, classes: [0, 1, -1] }], [{ css: 'calm', name: 'calm' }]);
    expectDrawn(svg);
    expect(svg).toContain('…');
    expect(shorten('short')).toBe('short');
    expect([...shorten('😀'.repeat(90))].length).toBeLessThanOrEqual(36);
  });
});

describe('marks in tables', () => {
  test('hold a value outside of its range within the picture', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e12, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (actual, high) => {
          const svg = rangeMark(actual, [0, high]);
          expectDrawn(svg);
          const cx = Number(/cx="([^"]*)"/.exec(svg)?.[1]);
          expect(cx).toBeGreaterThanOrEqual(0);
          expect(cx).toBeLessThanOrEqual(120);
        },
      ),
    );
    expect(rangeMark(5, [0, 1])).toContain('class="critical"');
    expect(rangeMark(0.5, [0, 1])).not.toContain('class="critical"');
  });

  test('hold shares between nothing and all', () => {
    expect(shareBar(2, 'all')).toContain('width="100.0"');
    expect(shareBar(-1, HOSTILE)).not.toContain('<script');
  });
});
