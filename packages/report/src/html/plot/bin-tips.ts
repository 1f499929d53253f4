import { shortTime } from '../../quantity.js';
import { htmlText } from '../html-text.js';
import { binX, type PlotArea, type PlotFrame } from './plot-frame.js';

const MOST_TIPS = 100;

/** Invisible columns over a plot that say under the pointer what stands there. */
export function binTips(
  { bins }: PlotFrame,
  area: PlotArea,
  linesAt: (from: number, to: number) => readonly string[],
): string {
  const step = Math.max(1, Math.ceil(bins.count / MOST_TIPS));
  const tips: string[] = [];
  for (let from = 0; from < bins.count; from += step) {
    const to = Math.min(bins.count, from + step);
    const lines = linesAt(from, to);
    if (lines.length === 0) continue;
    const x = binX(bins, area, from);
    const text = [shortTime(bins.from + from * bins.stepMs), ...lines].join('\n');
    const width = (binX(bins, area, to) - x).toFixed(1);
    // Line feeds part the lines of a tooltip; all else is escaped.
    const title = text.split('\n').map(htmlText).join('\n');
    tips.push(
      `<rect class="tip" x="${x.toFixed(1)}" y="${area.top}" width="${width}" height="${area.bottom - area.top}"><title>${title}</title></rect>`,
    );
  }
  return tips.join('');
}

/** The mean of what is known of a stretch of bins; NaN where nothing is. */
export function meanOver(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}
