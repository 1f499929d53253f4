import { htmlText } from '../html-text.js';
import { seriesColour } from '../page-look.js';
import { binTips, meanOver } from './bin-tips.js';
import { legend } from './legend.js';
import { niceTicks } from './number-axis.js';
import {
  binX,
  figure,
  type PlotArea,
  type PlotFrame,
  plotArea,
  plotSvg,
  valueAxis,
} from './plot-frame.js';
import { runs } from './runs.js';
import { largest, type NamedSeries } from './series.js';

/** Series as lines over time, from zero up; broken where nothing was measured. */
export function linePlot(
  frame: PlotFrame,
  series: readonly NamedSeries[],
  format: (value: number) => string,
  behind = '',
): string {
  const area = plotArea(frame);
  const peak = Math.max(0, ...series.map(({ values }) => largest(values)));
  const ticks = niceTicks(peak, frame.height < 100 ? 2 : 4);
  const lines = series.map(({ values }, k) => {
    const d = linePath(frame, area, values, ticks.at(-1) || 1);
    return `<path class="line" stroke="${seriesColour(k)}" d="${d}"/>`;
  });
  const tips = binTips(frame, area, (from, to) =>
    series
      .map(({ name, values }) => ({ name, mean: meanOver(values, from, to) }))
      .filter(({ mean }) => !Number.isNaN(mean))
      .map(({ name, mean }) => `${name}: ${format(mean)}`),
  );
  const svg = plotSvg(frame, {
    behind: valueAxis(frame, area, ticks, format) + behind,
    ink: lines.join(''),
    above: tips,
  });
  const names = series.length > 1 ? legend(series.map(({ name }) => htmlText(name))) : '';
  return figure(frame.label, svg, names);
}

/** A line through the middles of the bins whose value is known. */
function linePath({ bins }: PlotFrame, area: PlotArea, values: Float64Array, top: number): string {
  const y = (value: number) =>
    (area.bottom - (Math.max(0, value) / top) * (area.bottom - area.top)).toFixed(1);
  return runs(values.length, (i) => !Number.isNaN(values[i] as number))
    .map(({ from, to }) => {
      const points = Array.from(
        { length: to - from },
        (_, i) => `${binX(bins, area, from + i + 0.5).toFixed(1)} ${y(values[from + i] as number)}`,
      );
      return `M${points.join('L')}${points.length === 1 ? 'h2' : ''}`;
    })
    .join('');
}
