import { seededRng } from '@ethogram/core';
import type { GraphPart } from '@ethogram/model';
import { buildGraph } from '../assemble/build-graph.js';
import { printable, xmlText } from '../export/escape.js';
import { drawEdge } from '../export/svg/draw-edge.js';
import { drawNode } from '../export/svg/draw-node.js';
import { num, plainPen, sketchPen } from '../export/svg/pen.js';
import { styleSheet } from '../export/svg/theme.js';
import { boundsOf, FONTS, type SvgOptions } from '../export/svg/to-svg.js';
import type { DependencyGraph } from '../graph-attributes.js';
import { layOut } from '../layout/lay-out.js';
import type { EdgeChangeKind, GraphDiff } from './graph-diff.js';

/** Colour of every kind of change; what did not change is grey. */
const COLOURS: Readonly<Record<EdgeChangeKind, string>> = {
  gone: '#d55e00',
  new: '#009e73',
  weaker: '#e69f00',
  stronger: '#1b7fc4',
};
const SAME = '#8b949e';
const MARGIN = 28;
const HEADER = 88;
const FOOTER = 52;

/**
 * Two graphs side by side with every source in the same place, changed edges in colour.
 * @param diff of the same two parts.
 */
export function diffSvg(
  before: GraphPart,
  after: GraphPart,
  diff: GraphDiff,
  options: Partial<SvgOptions> = {},
): string {
  const { theme = 'auto', style = 'plain' } = options;
  const graphs = [buildGraph(before), buildGraph(after)] as const;
  const union = unionOf(...graphs);
  const rng = seededRng(before.seed).fork('diff');
  layOut(union, rng.fork('layout'));
  const pen = style === 'sketch' ? sketchPen(rng.fork('pen')) : plainPen;
  const box = boundsOf(union);
  const [inner, tall] = [box.right - box.left, box.bottom - box.top];
  const width = 2 * inner + 4 * MARGIN;
  const height = HEADER + tall + FOOTER + MARGIN;
  const changes = new Map(
    diff.edges.map((edge) => [pairKey(edge.source, edge.target), edge.change]),
  );
  const panels = graphs.map((graph, side) => {
    const left = MARGIN + side * (inner + 2 * MARGIN) - box.left;
    const edges = graph.mapEdges((_key, edge, source, target, _s, _t, undirected) => {
      const change = changes.get(pairKey(source, target));
      const [from, to] = [union.getNodeAttributes(source), union.getNodeAttributes(target)];
      const colour = change ? COLOURS[change] : SAME;
      const paired = graph.hasDirectedEdge(target, source);
      return drawEdge({ ...edge, sign: 1 }, from, to, { pen, undirected, paired, colour });
    });
    const nodes = graph.mapNodes((key, node) => {
      const { x, y } = union.getNodeAttributes(key);
      const other = graphs[1 - side] as DependencyGraph;
      const colour = other.hasNode(key) ? SAME : COLOURS[side === 0 ? 'gone' : 'new'];
      const connected = union.degree(key) > 0;
      return drawNode({ ...node, x, y }, { pen, colour, connected, above: false });
    });
    const name = side === 0 ? diff.before : diff.after;
    return [
      `<text class="sub" x="${num(left + box.left)}" y="${HEADER - 20}">${xmlText(`${printable(name.model)} · ${name.from.slice(0, 16).replace('T', ' ')} – ${name.to.slice(11, 16)} UTC`)}</text>`,
      `<g transform="translate(${num(left)} ${num(HEADER - box.top)})">${edges.join('')}${nodes.join('')}</g>`,
    ].join('\n');
  });
  const middle = num(2 * MARGIN + inner);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}" role="img" aria-label="What changed">`,
    `<style>${styleSheet(theme, FONTS[style])}</style>`,
    '<rect class="bg" width="100%" height="100%"/>',
    `<text class="title" x="${MARGIN}" y="${MARGIN + 12}">What changed: ${diff.edges.length} edges</text>`,
    `<path class="rule" d="M${middle} ${HEADER - 30}V${num(height - FOOTER)}"/>`,
    ...panels,
    legend(height - FOOTER / 2),
    '</svg>',
    '',
  ].join('\n');
}

function legend(y: number): string {
  const items = [...Object.entries(COLOURS), ['unchanged', SAME] as const];
  return items
    .map(([name, colour], i) => {
      const x = MARGIN + i * 112;
      return `<path d="M${x} ${num(y - 4)}h34" stroke="${colour}" stroke-width="3.5" stroke-linecap="round"/><text class="note" x="${x + 42}" y="${num(y)}">${name}</text>`;
    })
    .join('');
}

function pairKey(a: string, b: string): string {
  return a < b ? `${a}\u0000${b}` : `${b}\u0000${a}`;
}

function unionOf(a: DependencyGraph, b: DependencyGraph): DependencyGraph {
  const union = a.copy() as DependencyGraph;
  b.forEachNode((key, attributes) => {
    if (!union.hasNode(key)) union.addNode(key, attributes);
  });
  b.forEachEdge((key, attributes, source, target, _s, _t, undirected) => {
    if (union.hasEdge(key) || union.areNeighbors(source, target)) return;
    if (undirected) union.addUndirectedEdgeWithKey(key, source, target, attributes);
    else union.addDirectedEdgeWithKey(key, source, target, attributes);
  });
  return union;
}
