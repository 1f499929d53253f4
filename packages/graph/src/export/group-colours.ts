import type { DependencyGraph } from '../graph-attributes.js';

/**
 * Colours that people with any kind of colour blindness can tell apart (Okabe & Ito 2008; blue a
 * little lighter, for dark backgrounds),
 * without yellow and black, which vanish on one of the two backgrounds.
 */
const COLOURS = [
  '#1b7fc4',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8a6fc9',
  '#8c8c3a',
] as const;

/** Colour of nodes outside every group. */
const NO_GROUP = '#8b949e';

/**
 * A colour per node by its behaviour cluster, or by community where nothing was clustered.
 * Groups with one member in the view are grey; beyond eight groups the colours come again.
 */
export function groupColours(graph: DependencyGraph): (key: string) => string {
  const clustered = graph.someNode((_key, { cluster }) => cluster >= 0);
  const groupOf = (key: string): number => {
    const { cluster, community } = graph.getNodeAttributes(key);
    return clustered ? cluster : community;
  };
  const sizes = new Map<number, number>();
  for (const key of graph.nodes()) {
    // Nodes without edges need no colour to be found again.
    if (graph.degree(key) === 0) continue;
    const group = groupOf(key);
    if (group >= 0) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  const ranked = [...sizes]
    .filter(([, size]) => size > 1)
    .sort(([a, sizeA], [b, sizeB]) => sizeB - sizeA || a - b);
  const colours = new Map<number, string>();
  for (const [i, [group]] of ranked.entries()) {
    colours.set(group, COLOURS[i % COLOURS.length] as string);
  }
  return (key) => (graph.degree(key) > 0 && colours.get(groupOf(key))) || NO_GROUP;
}
