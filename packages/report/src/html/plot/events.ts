import type { Marker } from '@ethogram/core';
import { shortTime } from '../../quantity.js';
import { htmlText } from '../html-text.js';
import { type PlotFrame, plotArea, timeX } from './plot-frame.js';

/** Something known to have happened, drawn behind the data. */
export interface KnownSpan {
  readonly kind: string;
  readonly name: string;
  /** ms UTC. */
  readonly from: number;
  readonly to: number;
}

const MOST_MARKERS = 120;

/** What is known of the time behind a plot: spans as bands, markers as thin lines, with tooltips. */
export function eventsBehind(
  frame: PlotFrame,
  spans: readonly KnownSpan[],
  markers: readonly Marker[],
): string {
  const area = plotArea(frame);
  const height = area.bottom - area.top;
  const bands = spans.map((span) => {
    const x = timeX(frame.bins, area, span.from);
    const width = Math.max(2, timeX(frame.bins, area, span.to) - x);
    const title = `${span.kind}: ${span.name}, ${shortTime(span.from)}`;
    return `<rect class="${span.kind === 'misbehaviour' ? 'known wrong' : 'known'}" x="${x.toFixed(1)}" y="${area.top}" width="${width.toFixed(1)}" height="${height}"><title>${htmlText(title)}</title></rect>`;
  });
  const lines = markers.slice(0, MOST_MARKERS).map((marker) => {
    const x = timeX(frame.bins, area, marker.ts).toFixed(1);
    const title = `${marker.kind} ${marker.text}, ${shortTime(marker.ts)}`;
    return `<path class="marker" d="M${x} ${area.top}V${area.bottom}"><title>${htmlText(title)}</title></path>`;
  });
  return bands.join('') + lines.join('');
}
