import type { NodeAttributes } from '../graph-attributes.js';

/** The room a node and its label take, around the node's centre. */
export interface Box {
  readonly width: number;
  /** From the centre up and down. */
  readonly above: number;
  readonly below: number;
}

/** Longest label drawn; the rest is cut and stands in the tooltip. */
const LABEL_CHARACTERS = 26;

/** Mean width of a character at the size of the labels; a little generous. */
const CHARACTER = 6.3;

/** Height of a line of label. */
const LINE = 14;

/** A label as it is drawn: cut in the middle, where names differ least. */
export function shortLabel(label: string): string {
  const characters = [...label];
  if (characters.length <= LABEL_CHARACTERS) return label;
  const head = Math.ceil((LABEL_CHARACTERS - 1) * 0.6);
  const tail = LABEL_CHARACTERS - 1 - head;
  return `${characters.slice(0, head).join('')}…${characters.slice(-tail).join('')}`;
}

/** Radius of a node: larger the more of its variance is its own (1/Pᵢᵢ), as in the original picture. */
export function nodeRadius({ independence }: Pick<NodeAttributes, 'independence'>): number {
  return independence === null ? 6 : 7 + 7 * Math.sqrt(Math.max(0, Math.min(1, independence)));
}

/** Radius of a node without edges: it is there, and that is all there is to say. */
export const QUIET_RADIUS = 4;

/** The box of a node with room for its label on either side of it. */
export function labelBox(node: Pick<NodeAttributes, 'label' | 'independence'>): Box {
  const radius = nodeRadius(node);
  const width = [...shortLabel(node.label)].length * CHARACTER + 6;
  const half = radius + LINE + 3;
  return { width: Math.max(2 * radius + 4, width), above: half, below: half };
}
