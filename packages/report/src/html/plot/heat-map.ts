import { parseScheme } from '@ethogram/core';
import type { DistributionView } from '../../digest/recording-view.js';
import { countText } from '../../quantity.js';
import { htmlText } from '../html-text.js';
import { binTips } from './bin-tips.js';
import { unitText } from './number-axis.js';
import { binX, figure, type PlotFrame, plotArea, plotSvg } from './plot-frame.js';
import { runs } from './runs.js';

/** Steps of darkness. */
const LEVELS = 7;
const ROW_HEIGHT = 9;
/** Labels at every so many rows. */
const LABEL_ROWS = 2;
/** Rows of a map; beyond it, neighbouring buckets are drawn as one. */
const MOST_ROWS = 32;

/**
 * A distribution over time: one row a bucket, the smallest values at the bottom, darker where more
 * values fell. Darkness goes by the logarithm, so that what is rare stays visible.
 */
export function heatMap(frame: Omit<PlotFrame, 'height'>, view: DistributionView): string {
  const scheme = parseScheme(view.scheme);
  const buckets = [...view.counts.keys()];
  const low = Math.min(...buckets);
  const high = Math.max(...buckets);
  const perRow = Math.ceil((high - low + 1) / MOST_ROWS);
  const rows = Math.ceil((high - low + 1) / perRow);
  const format = unitText(view.unit);
  const sized: PlotFrame = { ...frame, height: Math.max(4, rows) * ROW_HEIGHT };
  const { bins } = frame;
  const area = plotArea(sized);
  const cells = Array.from({ length: rows }, (_, row) => rowOf(view, low + row * perRow, perRow));
  const most = Math.max(1, ...cells.map((row) => row.reduce((a, b) => Math.max(a, b), 0)));
  const rowHeight = (area.bottom - area.top) / rows;
  const yOf = (row: number) => area.bottom - (row + 1) * rowHeight;
  const paths = Array.from({ length: LEVELS }, () => '');
  for (const [row, counts] of cells.entries()) {
    const levels = Array.from(counts, (count) => levelOf(count, most));
    for (let level = 0; level < LEVELS; level++) {
      for (const { from, to } of runs(levels.length, (i) => levels[i] === level)) {
        const x = binX(bins, area, from);
        const width = (binX(bins, area, to) - x).toFixed(1);
        paths[level] +=
          `M${x.toFixed(1)} ${yOf(row).toFixed(1)}h${width}v${rowHeight.toFixed(1)}h-${width}Z`;
      }
    }
  }
  const ink = paths.map((d, level) =>
    d === ''
      ? ''
      : `<path class="heat" fill-opacity="${((level + 1) / LEVELS).toFixed(2)}" d="${d}"/>`,
  );
  const labels = cells.map((_, row) => {
    if (row % LABEL_ROWS !== 0) return '';
    const bound = scheme.lowerBound(Math.min(low + row * perRow, scheme.buckets - 1));
    const text = Number.isFinite(bound) ? format(bound) : 'less';
    return `<text class="tick end" x="${area.left - 8}" y="${(yOf(row) + rowHeight).toFixed(1)}">${htmlText(text)}</text>`;
  });
  const tips = binTips(sized, area, (from, to) =>
    cells
      .map((counts, row) => ({ row, count: counts.slice(from, to).reduce((a, b) => a + b, 0) }))
      .filter(({ count }) => count > 0)
      .map(({ row, count }) => {
        const bound = scheme.lowerBound(low + row * perRow);
        return `from ${Number.isFinite(bound) ? format(bound) : 'below'}: ${countText(Math.round(count), 'value')}`;
      })
      .reverse(),
  );
  const svg = plotSvg(sized, { behind: labels.join(''), ink: ink.join(''), above: tips });
  return figure(frame.label, svg);
}

function rowOf({ counts }: DistributionView, first: number, buckets: number): Float64Array {
  const parts = Array.from({ length: buckets }, (_, k) => counts.get(first + k)).filter(
    (part) => part !== undefined,
  );
  const [one] = counts.values();
  const sum = new Float64Array(one?.length ?? 0);
  for (const part of parts) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
  }
  return sum;
}

/** −1 of nothing, else 0 … {@link LEVELS} − 1. */
function levelOf(count: number, most: number): number {
  if (!(count > 0)) return -1;
  const share = Math.log1p(count) / Math.log1p(most);
  return Math.min(LEVELS - 1, Math.floor(share * LEVELS));
}
