/**
 * Colours that people with any kind of colour blindness can tell apart (Okabe & Ito 2008),
 * without yellow and black, which vanish on one of the two backgrounds.
 */
export const CLUSTER_COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8a6fc9',
  '#7f7f2a',
] as const;

/** Colour of nodes outside every group. */
export const NO_CLUSTER = '#9aa0a6';

/** The colour of a group, counted from 0; groups beyond the palette and −1 are grey. */
export function clusterColour(cluster: number): string {
  return CLUSTER_COLOURS[cluster] ?? NO_CLUSTER;
}
