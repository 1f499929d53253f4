import { numberText, shortTime } from '../quantity.js';
import { htmlText } from './html-page.js';

/** What a chart of scores shows: one point a tick, oldest first. */
export interface ScoreSeries {
  readonly points: readonly {
    readonly ts: number;
    readonly score: number;
    readonly anomalous: boolean;
  }[];
  /** Score from which the model warns. */
  readonly warn: number;
}

const WIDTH = 960;
const HEIGHT = 180;
const MARGIN = 36;

/**
 * The score of the host over time as SVG: the largest of each column, red where the host was
 * anomalous, and the threshold dashed.
 */
export function scoreChart({ points, warn }: ScoreSeries): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return '<p class="dim">no ticks</p>';
  const top = Math.max(warn * 1.2, ...columnsOf(points).map(({ score }) => score));
  const span = Math.max(1, last.ts - first.ts);
  const x = (ts: number) => (MARGIN + ((ts - first.ts) / span) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const y = (score: number) => (HEIGHT - MARGIN - (score / top) * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const bars = columnsOf(points).map(
    ({ ts, score, anomalous }) =>
      `<line x1="${x(ts)}" x2="${x(ts)}" y1="${y(0)}" y2="${y(score)}" stroke="${anomalous ? '#d92d20' : '#2e90fa'}"/>`,
  );
  const label = (at: string, yAt: string, text: string, anchor = 'start') =>
    `<text x="${at}" y="${yAt}" text-anchor="${anchor}" font-size="11" fill="currentColor">${htmlText(text)}</text>`;
  const left = String(MARGIN);
  const right = String(WIDTH - MARGIN);
  return `<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="score of the host over time">
${bars.join('\n')}
<line x1="${left}" x2="${right}" y1="${y(warn)}" y2="${y(warn)}" stroke="currentColor" stroke-dasharray="4 4"/>
<line x1="${left}" x2="${right}" y1="${y(0)}" y2="${y(0)}" stroke="currentColor"/>
${label(right, String(Number(y(warn)) - 5), `warn ${numberText(warn)}`, 'end')}
${label(left, String(HEIGHT - 12), shortTime(first.ts))}
${label(right, String(HEIGHT - 12), shortTime(last.ts), 'end')}
</svg></figure>`;
}

/** At most one bar a pixel: the tick with the largest score of each. */
function columnsOf(points: ScoreSeries['points']): ScoreSeries['points'] {
  const columns = WIDTH - 2 * MARGIN;
  if (points.length <= columns) return points;
  return Array.from({ length: columns }, (_, i) => {
    const from = Math.floor((i * points.length) / columns);
    const to = Math.max(from + 1, Math.floor(((i + 1) * points.length) / columns));
    return points.slice(from, to).reduce((a, b) => (b.score > a.score ? b : a));
  });
}
