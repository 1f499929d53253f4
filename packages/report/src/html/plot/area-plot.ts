import { htmlText } from '../html-text.js';
import { seriesColour } from '../page-look.js';
import { binTips, meanOver } from './bin-tips.js';
import { legend } from './legend.js';
import { niceTicks } from './number-axis.js';
import { binX, figure, type PlotFrame, plotArea, plotSvg, valueAxis } from './plot-frame.js';
import { runs } from './runs.js';
import { largest, type NamedSeries } from './series.js';

/**
 * Series stacked over time, the first at the bottom; bins in which nothing was measured stay
 * empty.
 */
export function areaPlot(
  frame: PlotFrame,
  series: readonly NamedSeries[],
  format: (value: number) => string,
  behind = '',
): string {
  const { bins } = frame;
  const area = plotArea(frame);
  const tops: Float64Array[] = [];
  let below = new Float64Array(bins.count);
  for (const { values } of series) {
    below = below.map((sum, i) => sum + (values[i] as number));
    tops.push(below);
  }
  const peak = largest(below);
  const ticks = niceTicks(peak);
  const top = ticks.at(-1) || 1;
  const y = (value: number) => area.bottom - (value / top) * (area.bottom - area.top);
  const known = runs(bins.count, (i) => !Number.isNaN(below[i] as number));
  const bands = series.map((_, k) => {
    const lower = tops[k - 1];
    const upper = tops[k] as Float64Array;
    const d = known.map(({ from, to }) => {
      const point = (i: number, values: Float64Array | undefined) =>
        `${binX(bins, area, i + 0.5).toFixed(1)} ${y((values?.[i] as number) ?? 0).toFixed(1)}`;
      const there = Array.from({ length: to - from }, (_, i) => point(from + i, upper));
      const back = Array.from({ length: to - from }, (_, i) => point(to - 1 - i, lower));
      return to - from === 1
        ? `M${binX(bins, area, from).toFixed(1)} ${y(lower?.[from] ?? 0).toFixed(1)}h2V${y(upper[from] as number).toFixed(1)}h-2Z`
        : `M${[...there, ...back].join('L')}Z`;
    });
    return `<path class="band" fill="${seriesColour(series.length > 1 && k === series.length - 1 && k > 6 ? 7 : k)}" d="${d.join('')}"/>`;
  });
  const tips = binTips(frame, area, (from, to) =>
    series
      .map(({ name, values }) => ({ name, mean: meanOver(values, from, to) }))
      .filter(({ mean }) => mean > 0)
      .map(({ name, mean }) => `${name}: ${format(mean)}`)
      .reverse(),
  );
  const svg = plotSvg(frame, {
    behind: valueAxis(frame, area, ticks, format) + behind,
    ink: bands.join(''),
    above: tips,
  });
  return figure(frame.label, svg, legend(series.map(({ name }) => htmlText(name))));
}
