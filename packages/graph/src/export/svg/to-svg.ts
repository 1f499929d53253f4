import { seededRng } from '@ethogram/core';
import type { DependencyGraph } from '../../graph-attributes.js';
import { labelBox } from '../../layout/label-box.js';
import { printable, xmlText } from '../escape.js';
import { groupColours } from '../group-colours.js';
import { drawEdge } from './draw-edge.js';
import { drawLegend, LEGEND_HEIGHT, LEGEND_WIDTH } from './draw-legend.js';
import { drawNode } from './draw-node.js';
import { num, plainPen, sketchPen } from './pen.js';
import { styleSheet } from './theme.js';

/** How a picture looks. */
export interface SvgOptions {
  /** `auto` follows the reader's own setting. */
  readonly theme: 'light' | 'dark' | 'auto';
  /** `sketch` draws in an unsteady hand. */
  readonly style: 'plain' | 'sketch';
}

/** Fonts of the two styles. */
export const FONTS = {
  plain: "'Inter','Helvetica Neue',Helvetica,Arial,'DejaVu Sans',sans-serif",
  sketch: "'xkcd','Humor Sans','Comic Neue','Comic Sans MS','Chalkboard SE',cursive",
} as const;

const MARGIN = 28;
const HEADER = 78;

/** Small graphs are drawn larger, up to this. */
const LARGEST_SCALE = 1.5;

/** What a picture of covariation does not say. */
const CAUTION =
  'Dashed lines move together once all others are accounted for. That is no proof that one needs the other.';

/**
 * The graph as a picture: colour is behaviour, width is strength, dashed is inferred, an arrow is
 * a known direction, red is negative. Self-contained, without scripts; same graph, same bytes.
 */
export function toSvg(graph: DependencyGraph, options: Partial<SvgOptions> = {}): string {
  const { theme = 'auto', style = 'plain' } = options;
  const pen =
    style === 'sketch' ? sketchPen(seededRng(graph.getAttribute('seed')).fork('pen')) : plainPen;
  const box = boundsOf(graph);
  const inner = Math.max(1, box.right - box.left);
  const scale = Math.max(1, Math.min(LARGEST_SCALE, LEGEND_WIDTH / inner));
  const width = Math.max(inner * scale, LEGEND_WIDTH) + 2 * MARGIN;
  const height = HEADER + (box.bottom - box.top) * scale + LEGEND_HEIGHT + 3 * MARGIN;
  const dx = (width - inner * scale) / 2 - box.left * scale;
  const dy = HEADER + MARGIN - box.top * scale;
  const legendY = height - LEGEND_HEIGHT - MARGIN / 2;
  const { title, subtitle } = headings(graph);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}" role="img" aria-label="${xmlText(title)}">`,
    `<style>${styleSheet(theme, FONTS[style])}</style>`,
    `<rect class="bg" width="100%" height="100%"/>`,
    `<text class="title" x="${MARGIN}" y="${MARGIN + 12}">${xmlText(title)}</text>`,
    ...subtitle.map(
      (line, i) =>
        `<text class="sub" x="${MARGIN}" y="${MARGIN + 33 + 17 * i}">${xmlText(line)}</text>`,
    ),
    `<g transform="translate(${num(dx)} ${num(dy)}) scale(${num(scale)})">`,
    ...drawGraph(graph, pen),
    '</g>',
    `<path class="rule" d="M${MARGIN} ${num(legendY - 16)}H${num(width - MARGIN)}"/>`,
    drawLegend(pen, MARGIN, legendY, CAUTION),
    '</svg>',
    '',
  ].join('\n');
}

function drawGraph(graph: DependencyGraph, pen: typeof plainPen): string[] {
  const colourOf = groupColours(graph);
  const edges = graph.mapEdges((_key, edge, source, target, from, to, undirected) => {
    const colour = colourOf(source);
    return {
      strength: edge.strength,
      svg: drawEdge(edge, from, to, {
        pen,
        undirected,
        paired: graph.hasDirectedEdge(target, source),
        colour: colour === colourOf(target) && graph.degree(source) > 0 ? colour : null,
      }),
    };
  });
  edges.sort((a, b) => a.strength - b.strength);
  const nodes = graph.mapNodes((key, node) =>
    drawNode(node, {
      pen,
      colour: colourOf(key),
      connected: graph.degree(key) > 0,
      above: labelAbove(graph, key),
    }),
  );
  return [...edges.map(({ svg }) => svg), ...nodes];
}

/** Whether fewer edges leave upwards than downwards. */
function labelAbove(graph: DependencyGraph, key: string): boolean {
  const { x, y } = graph.getNodeAttributes(key);
  let below = 0;
  let above = 0;
  graph.forEachNeighbor(key, (_neighbour, other) => {
    const steep = (other.y - y) / (Math.hypot(other.x - x, other.y - y) || 1);
    if (steep > 0.35) below += steep;
    if (steep < -0.35) above -= steep;
  });
  return below > above + 0.1;
}

/** The room that all nodes and labels take. */
export function boundsOf(graph: DependencyGraph) {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  if (graph.order === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  graph.forEachNode((_key, node) => {
    const { width, above, below } = labelBox(node);
    bounds.left = Math.min(bounds.left, node.x - width / 2);
    bounds.right = Math.max(bounds.right, node.x + width / 2);
    bounds.top = Math.min(bounds.top, node.y - above);
    bounds.bottom = Math.max(bounds.bottom, node.y + below);
  });
  return bounds;
}

function headings(graph: DependencyGraph): { title: string; subtitle: string[] } {
  const { model, from, to, n, stepMs, preview, minStrength, fdr, hidden } = graph.getAttributes();
  const connected = graph.filterNodes((key) => graph.degree(key) > 0).length;
  const name = model === '' ? '' : ` · ${printable(model)}`;
  const found = `${graph.size} edges between ${connected} of ${graph.order} sources`;
  const inference =
    n > 0
      ? `n = ${n} samples of ${Math.round(stepMs)} ms · edges from strength ${minStrength.toFixed(2)} at a false discovery rate of ${fdr}`
      : 'observed links only';
  const left = Object.entries(hidden).map(([reason, count]) => `${count} ${reason}`);
  const parts = [found, inference];
  if (left.length > 0) parts.push(`not shown: ${left.join(', ')}`);
  return {
    title: `Who depends on whom${name}${preview ? ' (preview)' : ''}`,
    subtitle: [`${minute(from)} – ${minute(to)} UTC · ${parts[0]}`, parts.slice(1).join(' · ')],
  };
}

function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
