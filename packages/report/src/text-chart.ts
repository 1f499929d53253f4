/** What a text chart shows. */
export interface ChartData {
  /** One value a tick, oldest first; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** The range that training showed. */
  readonly expected: readonly [number, number];
  /** Index of the tick that the chart is about. */
  readonly marked: number;
}

const HEIGHT = 8;
const DOT = '·';

/**
 * A picture of a series as lines of text: columns of blocks over the expected range (dotted), and
 * a caret under the tick in question. Ticks are put together by their largest value where there
 * are more of them than columns.
 * @param format writes a value at the axis.
 */
export function textChart(
  data: ChartData,
  width: number,
  format: (value: number) => string,
): readonly string[] {
  const columns = Math.max(1, Math.min(width, data.values.length));
  const values = squeeze(data.values, columns);
  const [low, high] = data.expected;
  const known = values.filter((value) => value !== null);
  const top = Math.max(high, ...known);
  const bottom = Math.min(low, 0, ...known);
  const span = top - bottom || 1;
  const row = (value: number) => Math.round(((value - bottom) / span) * (HEIGHT - 1));
  const labels = [top, bottom].map(format);
  const margin = Math.max(...labels.map((label) => label.length));
  const lines = Array.from({ length: HEIGHT }, (_, i) => {
    const level = HEIGHT - 1 - i;
    const label = level === HEIGHT - 1 ? labels[0] : level === 0 ? labels[1] : '';
    const isExpected = level >= row(low) && level <= row(high);
    const cells = values.map((value) =>
      value !== null && row(value) >= level && (value !== 0 || level > row(0))
        ? '█'
        : isExpected
          ? DOT
          : ' ',
    );
    return `${(label ?? '').padStart(margin)} ┤${cells.join('')}`.trimEnd();
  });
  const at = Math.min(columns - 1, Math.floor((data.marked * columns) / data.values.length));
  return [...lines, `${' '.repeat(margin + 2 + Math.max(0, at))}^`];
}

function squeeze(values: readonly (number | null)[], columns: number): (number | null)[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    const known = values.slice(from, Math.max(from + 1, to)).filter((value) => value !== null);
    return known.length > 0 ? Math.max(...known) : null;
  });
}
