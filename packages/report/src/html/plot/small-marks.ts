import { htmlText } from '../html-text.js';
import { runs } from './runs.js';
import { largest } from './series.js';

const WIDTH = 120;
const HEIGHT = 22;

/** A course in the size of a word; every one has a scale of its own. */
export function sparkline(values: Float64Array, label: string): string {
  const top = largest(values) || 1;
  const x = (i: number) => ((i / Math.max(1, values.length - 1)) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - 1 - (Math.max(0, value) / top) * (HEIGHT - 2)).toFixed(1);
  const step = Math.max(1, Math.floor(values.length / WIDTH));
  const d = runs(values.length, (i) => !Number.isNaN(values[i] as number)).map(({ from, to }) => {
    const points: string[] = [];
    for (let i = from; i < to; i += step) {
      const peak = largest(values.subarray(i, Math.min(to, i + step)));
      points.push(`${x(i)} ${y(peak)}`);
    }
    return `M${points.join('L')}${points.length === 1 ? 'h1' : ''}`;
  });
  return `<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${htmlText(label)}"><path class="line ink" d="${d.join('')}"/></svg>`;
}

/** A share, 0 … 1, as a bar with its number. */
export function shareBar(share: number, text: string): string {
  const width = (Math.max(0, Math.min(1, share)) * 100).toFixed(1);
  return `<span class="share"><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="lane" width="100" height="10"/><rect class="heat" width="${width}" height="10"/></svg><span>${htmlText(text)}</span></span>`;
}

/**
 * A value beside the range that training showed: the range as a bar, the value as a dot. The scale
 * goes by the square root, so that a value far outside leaves the range visible.
 */
export function rangeMark(actual: number, [low, high]: readonly [number, number]): string {
  const bottom = Math.min(0, low, actual);
  const top = Math.max(high, actual, bottom + 1e-9);
  const x = (value: number) => 5 + Math.sqrt(Math.max(0, value - bottom) / (top - bottom)) * 110;
  const width = Math.max(3, x(high) - x(low));
  const isOut = actual < low || actual > high;
  return `<svg class="mark" viewBox="0 0 120 12" aria-hidden="true"><rect class="lane" y="4" width="120" height="4" rx="2"/><rect class="usual" x="${x(low).toFixed(1)}" y="3" width="${width.toFixed(1)}" height="6" rx="2"/><circle class="${isOut ? 'critical' : 'usual'}" cx="${x(actual).toFixed(1)}" cy="6" r="4"/></svg>`;
}
