import type { ScoreView } from '../../digest/score-digest.js';
import { numberText, shortTime } from '../../quantity.js';
import { htmlText } from '../html-text.js';
import { binTips } from './bin-tips.js';
import { axisText, niceTicks } from './number-axis.js';
import { binX, figure, type PlotFrame, plotArea, plotSvg, timeX, valueAxis } from './plot-frame.js';
import { largest } from './series.js';

/** Scores above it end at it: what is so rare need not flatten all else. */
const MOST_SHOWN = 16;

/**
 * The score of the host over time, the largest of each bin: where it was anomalous in another
 * colour, thresholds dashed, a mark for each anomaly at the top.
 */
export function scorePlot(
  frame: PlotFrame,
  { host, anomalies }: ScoreView,
  thresholds: { readonly warn: number; readonly critical: number },
  behind = '',
): string {
  const { bins, look } = frame;
  const area = plotArea(frame);
  const peak = Math.max(thresholds.critical * 1.1, largest(host.scores));
  const ticks = niceTicks(Math.min(MOST_SHOWN, peak));
  const top = ticks.at(-1) || 1;
  const y = (score: number) =>
    area.bottom - (Math.min(top, score) / top) * (area.bottom - area.top);
  const bars = { calm: '', odd: '' };
  for (let i = 0; i < bins.count; i++) {
    const score = host.scores[i] as number;
    if (!(score > 0)) continue;
    const x = binX(bins, area, i);
    const width = Math.max(0.8, binX(bins, area, i + 1) - x - 0.3).toFixed(1);
    const d = `M${x.toFixed(1)} ${area.bottom}V${y(score).toFixed(1)}h${width}V${area.bottom}Z`;
    bars[host.anomalous[i] === 1 ? 'odd' : 'calm'] += d;
  }
  const limits = (['warn', 'critical'] as const).map((name) => {
    const at = y(thresholds[name]);
    return `<path class="limit ${name === 'warn' ? 'warning' : 'critical'}" d="${look.pen.line([area.left, at], [area.right, at], 0)}"/><text class="tick" x="${area.left + 4}" y="${(at + (name === 'warn' ? 14 : -5)).toFixed(1)}">${name} ${numberText(thresholds[name])}</text>`;
  });
  const marks = anomalies.slice(0, 200).map((row) => {
    const x = timeX(bins, area, Date.parse(row.ts));
    const text = `${row.severity}: ${row.source.name} at ${shortTime(Date.parse(row.ts))}`;
    return `<path class="${row.severity}" d="M${(x - 4).toFixed(1)} ${area.top - 9}h8l-4 8Z"><title>${htmlText(text)}</title></path>`;
  });
  const tips = binTips(frame, area, (from, to) => {
    const worst = largest(host.scores.subarray(from, to));
    return worst > 0 ? [`score up to ${numberText(worst)}`] : [];
  });
  const svg = plotSvg(frame, {
    behind: valueAxis(frame, area, ticks, axisText) + behind,
    ink: `<path class="heat" d="${bars.calm}"/><path class="critical" d="${bars.odd}"/>`,
    above: `${limits.join('')}${tips}${marks.join('')}`,
  });
  return figure(frame.label, svg);
}
