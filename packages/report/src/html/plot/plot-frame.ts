import type { TimeBins } from '../../digest/time-bins.js';
import { niceStepMs } from '../../digest/time-bins.js';
import { timeText } from '../../quantity.js';
import { htmlText } from '../html-text.js';
import type { PageLook } from '../page-look.js';

/** Width of a plot, in the units of its view box. */
const PLOT_WIDTH = 960;
const LEFT = 64;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 26;
/** Room that a label of the axis of time needs. */
const TIME_LABEL = 84;

/** Where data goes within a plot. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What every plot over time needs. */
export interface PlotFrame {
  readonly bins: TimeBins;
  readonly look: PageLook;
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
  /** Height of the area of the data. */
  readonly height: number;
  /** Room at the left, where labels of rows are longer than numbers. */
  readonly left?: number;
  /** Width of the whole; 960 unless told otherwise. */
  readonly width?: number;
}

/** The area of the data of a plot. */
export function plotArea({ height, left = LEFT, width = PLOT_WIDTH }: PlotFrame): PlotArea {
  return { left, right: width - RIGHT, top: TOP, bottom: TOP + height };
}

/** Start, middle (0.5) or end of a bin as a coordinate. */
export function binX(bins: TimeBins, area: PlotArea, bin: number): number {
  return area.left + (bin / bins.count) * (area.right - area.left);
}

/** An instant as a coordinate, held within the plot. */
export function timeX(bins: TimeBins, area: PlotArea, ts: number): number {
  const share = (ts - bins.from) / (bins.to - bins.from);
  return area.left + Math.max(0, Math.min(1, share)) * (area.right - area.left);
}

/**
 * A picture over time: the axis of time below, and within it what is given.
 * @param inside SVG that functions of this folder made; `ink` is drawn by hand in a sketch.
 */
export function plotSvg(
  frame: PlotFrame,
  inside: { readonly behind?: string; readonly ink: string; readonly above?: string },
): string {
  const area = plotArea(frame);
  const { pen } = frame.look;
  const axis = `<path class="axis" d="${pen.line([area.left, area.bottom], [area.right, area.bottom], 0)}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${frame.width ?? PLOT_WIDTH} ${area.bottom + BOTTOM}" role="img" aria-label="${htmlText(frame.label)}">
${inside.behind ?? ''}<g class="ink">${inside.ink}</g>
${axis}${timeAxis(frame, area)}${inside.above ?? ''}
</svg>`;
}

/** A picture with its caption; it scrolls by itself where the window is narrow. */
export function figure(label: string, svg: string, caption = ''): string {
  const below = caption === '' ? '' : `<figcaption>${caption}</figcaption>`;
  return `<figure><div class="wide" role="group" tabindex="0" aria-label="${htmlText(label)}">${svg}</div>${below}</figure>`;
}

/** The numbers at the left and the lines that belong to them. */
export function valueAxis(
  { look: { pen } }: PlotFrame,
  area: PlotArea,
  ticks: readonly number[],
  format: (value: number) => string,
): string {
  const top = ticks.at(-1) || 1;
  return ticks
    .map((tick) => {
      const y = area.bottom - (tick / top) * (area.bottom - area.top);
      const line =
        tick === 0
          ? ''
          : `<path class="grid" d="${pen.line([area.left, y], [area.right, y], 0)}"/>`;
      return `${line}<text class="tick end" x="${area.left - 8}" y="${y + 4}">${htmlText(format(tick))}</text>`;
    })
    .join('');
}

function timeAxis({ bins, look: { pen } }: PlotFrame, area: PlotArea): string {
  const step = niceStepMs(((bins.to - bins.from) * TIME_LABEL) / (area.right - area.left));
  const marks: string[] = [];
  for (let ts = Math.ceil(bins.from / step) * step; ts <= bins.to; ts += step) {
    const x = timeX(bins, area, ts);
    if (x < area.left + 12 || x > area.right - 18) continue;
    marks.push(
      `<path class="axis" d="${pen.line([x, area.bottom], [x, area.bottom + 5], 0)}"/>`,
      `<text class="tick middle" x="${x.toFixed(1)}" y="${area.bottom + 19}">${clockText(ts, step)}</text>`,
    );
  }
  return marks.join('');
}

/** An instant at the axis, as exact as the steps between them. */
function clockText(ts: number, stepMs: number): string {
  const text = timeText(ts);
  if (stepMs >= 86_400_000) return text.slice(5, 10);
  if (stepMs >= 60_000) return ts % 86_400_000 === 0 ? text.slice(5, 10) : text.slice(11, 16);
  return stepMs >= 1_000 ? text.slice(11, 19) : text.slice(14, 23);
}
