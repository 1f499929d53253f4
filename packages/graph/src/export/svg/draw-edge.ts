import type { EdgeAttributes, NodeAttributes } from '../../graph-attributes.js';
import { nodeRadius } from '../../layout/label-box.js';
import { xmlText } from '../escape.js';
import { control, num, type Pen, type XY } from './pen.js';

/** What an edge needs besides its attributes. */
export interface EdgeLook {
  readonly pen: Pen;
  readonly undirected: boolean;
  /** Whether the opposite edge is drawn too, so that both bend away from each other. */
  readonly paired: boolean;
  /** The colour of both ends where they share one. */
  readonly colour: string | null;
}

/** Width of a line by its strength. */
export function edgeWidth(strength: number): number {
  return 1 + 5 * Math.max(0, Math.min(1, strength));
}

/** An edge from boundary to boundary, with an arrow head where the direction is known. */
export function drawEdge(
  edge: EdgeAttributes,
  from: NodeAttributes,
  to: NodeAttributes,
  { pen, undirected, paired, colour }: EdgeLook,
): string {
  const width = edgeWidth(edge.strength);
  const head = undirected ? 0 : 5 + 1.1 * width;
  const bend = paired ? Math.min(16, 0.12 * Math.hypot(to.x - from.x, to.y - from.y)) : 0;
  const middle = control([from.x, from.y], [to.x, to.y], bend);
  const start = towards([from.x, from.y], middle, nodeRadius(from) + 2);
  const tip = towards([to.x, to.y], middle, nodeRadius(to) + 3);
  const end = towards(tip, middle, head * 0.8);
  const negative = edge.sign < 0 ? ' neg' : '';
  const dashes =
    edge.evidence === 'inferred'
      ? ` stroke-dasharray="${num(2.5 + width)} ${num(2.5 + 1.4 * width)}"`
      : '';
  const tint = colour !== null && edge.sign > 0;
  const stroke = tint ? ` style="stroke:${colour}"` : '';
  const fill = tint ? ` style="fill:${colour}"` : '';
  const line = `<path class="e${negative}"${stroke} d="${pen.line(start, end, bend)}" stroke-width="${num(width)}"${dashes}/>`;
  const arrow = undirected
    ? ''
    : `<path class="h${negative}"${fill} d="${arrowHead(end, tip, head)}"/>`;
  const opacity = edge.exported ? 0.55 + 0.4 * edge.strength : 0.3;
  const title = xmlText(describe(edge, from, to, undirected));
  return `<g opacity="${opacity.toFixed(2)}"><title>${title}</title>${line}${arrow}</g>`;
}

function towards([x, y]: XY, [tx, ty]: XY, by: number): XY {
  const length = Math.hypot(tx - x, ty - y) || 1;
  return [x + ((tx - x) * by) / length, y + ((ty - y) * by) / length];
}

function arrowHead([bx, by]: XY, [tx, ty]: XY, size: number): string {
  const length = Math.hypot(tx - bx, ty - by) || 1;
  const [ux, uy] = [(tx - bx) / length, (ty - by) / length];
  const half = size * 0.48;
  const [cx, cy] = [tx - ux * size, ty - uy * size];
  const points = [
    [tx, ty],
    [cx - uy * half, cy + ux * half],
    [cx + uy * half, cy - ux * half],
  ];
  return `M${points.map(([x, y]) => `${num(x as number)} ${num(y as number)}`).join('L')}Z`;
}

function describe(
  edge: EdgeAttributes,
  from: NodeAttributes,
  to: NodeAttributes,
  undirected: boolean,
): string {
  const verb = undirected ? 'moves with' : edge.relation === 'covaries' ? 'leads' : edge.relation;
  const lines = [
    `${from.label} ${verb} ${to.label}`,
    `${edge.evidence}, strength ${edge.strength.toFixed(2)}`,
  ];
  if (edge.kinds.length > 0) {
    lines.push(`${edge.kinds.join(', ')}: ${edge.events} transfers, ${edge.bytes} bytes`);
  }
  if (edge.rho !== null) {
    lines.push(`partial correlation ${edge.rho.toFixed(2)}, correlation ${edge.r?.toFixed(2)}`);
    lines.push(`q ${edge.q?.toPrecision(2)}${edge.lagMs ? `, lag ${edge.lagMs} ms` : ''}`);
  }
  if (edge.hint !== null) lines.push(`may be no dependence: ${edge.hint}`);
  if (edge.indirect) lines.push('explained by an observed path');
  if (!edge.exported) lines.push('below the thresholds');
  return lines.join('\n');
}
