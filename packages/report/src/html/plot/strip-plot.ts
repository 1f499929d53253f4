import { htmlText } from '../html-text.js';
import { binX, figure, type PlotFrame, plotArea, plotSvg } from './plot-frame.js';
import { runs } from './runs.js';

/** One row of a strip plot. */
export interface Strip {
  readonly name: string;
  /** A class a bin; −1 where there is nothing to draw. */
  readonly classes: ArrayLike<number>;
}

/** How a class is drawn and what it is called. */
export interface StripClass {
  readonly css: string;
  readonly fill?: string;
  readonly name: string;
}

const ROW = 20;
const GAP = 5;
const LABEL_WIDTH = 250;
const LABEL_LETTERS = 36;

/** Rows of coloured stretches over time, one a source: in which class it was when. */
export function stripPlot(
  frame: Omit<PlotFrame, 'height' | 'left'>,
  strips: readonly Strip[],
  classes: readonly StripClass[],
  behind = '',
): string {
  const sized: PlotFrame = { ...frame, height: strips.length * ROW, left: LABEL_WIDTH };
  const { bins } = frame;
  const area = plotArea(sized);
  const ink: string[] = [];
  const labels: string[] = [];
  for (const [row, { name, classes: of }] of strips.entries()) {
    const y = area.top + row * ROW;
    ink.push(
      `<rect class="lane" x="${area.left}" y="${y + GAP}" width="${area.right - area.left}" height="${ROW - GAP}"/>`,
    );
    labels.push(
      `<text class="tick end" x="${area.left - 8}" y="${y + ROW - GAP}">${htmlText(shorten(name))}<title>${htmlText(name)}</title></text>`,
    );
    for (const [k, { css, fill, name: meaning }] of classes.entries()) {
      const found = runs(bins.count, (i) => of[i] === k);
      if (found.length === 0) continue;
      const d = found.map(({ from, to }) => {
        const x = binX(bins, area, from);
        const width = (binX(bins, area, to) - x).toFixed(1);
        return `M${x.toFixed(1)} ${y + GAP}h${width}v${ROW - GAP}h-${width}Z`;
      });
      const colour = fill === undefined ? '' : ` fill="${fill}"`;
      ink.push(
        `<path class="${css}"${colour} d="${d.join('')}"><title>${htmlText(`${name}: ${meaning}`)}</title></path>`,
      );
    }
  }
  const svg = plotSvg(sized, { behind: labels.join('') + behind, ink: ink.join('') });
  return figure(frame.label, svg, stripLegend(classes));
}

/** Keeps both ends of a long name: the unit in front, the executable behind. */
export function shorten(name: string, letters = LABEL_LETTERS): string {
  const all = [...name];
  if (all.length <= letters) return name;
  const half = Math.floor((letters - 1) / 2);
  return `${all.slice(0, half).join('')}…${all.slice(-half).join('')}`;
}

function stripLegend(classes: readonly StripClass[]): string {
  const items = classes.map(
    ({ css, fill, name }) =>
      `<li><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><rect class="${css}"${fill === undefined ? '' : ` fill="${fill}"`} width="12" height="12" rx="2.5"/></svg>${htmlText(name)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}
