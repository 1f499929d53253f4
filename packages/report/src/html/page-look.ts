import type { Pen } from '@ethogram/graph';

/** How pictures of a page are drawn. */
export interface PageLook {
  readonly style: 'plain' | 'sketch';
  /** Draws axes, marks and thresholds: the pen of the graph's pictures. */
  readonly pen: Pen;
  /** Fonts, as CSS writes them. */
  readonly font: string;
}

/**
 * Colours that people with any kind of colour blindness can tell apart (Okabe & Ito 2008), those
 * of the graph's pictures; the last stands for all others.
 */
export const SERIES_COLOURS = [
  '#1b7fc4',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8a6fc9',
  '#8b949e',
] as const;

/** The colour of a series by its rank; grey from the eighth on. */
export function seriesColour(rank: number): string {
  return SERIES_COLOURS[Math.min(rank, SERIES_COLOURS.length - 1)] as string;
}
