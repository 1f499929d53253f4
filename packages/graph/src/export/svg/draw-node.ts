import type { NodeAttributes } from '../../graph-attributes.js';
import { nodeRadius, QUIET_RADIUS, shortLabel } from '../../layout/label-box.js';
import { xmlText } from '../escape.js';
import { num, type Pen, type XY } from './pen.js';

/** What a node needs besides its attributes. */
export interface NodeLook {
  readonly pen: Pen;
  readonly colour: string;
  readonly connected: boolean;
  /** Whether the label stands above the node, where fewer edges leave. */
  readonly above: boolean;
}

/** A node with its label and a tooltip that says everything. */
export function drawNode(
  node: NodeAttributes,
  { pen, colour, connected, above }: NodeLook,
): string {
  const radius = connected ? nodeRadius(node) : QUIET_RADIUS;
  const centre: XY = [node.x, node.y];
  const path = nodeOutline(pen, node.kind, centre, radius);
  const known = node.state === 'ok' || connected;
  const shape = known
    ? `<path class="n" d="${path}" fill="${colour}"/>`
    : `<path class="dim" d="${path}"/>`;
  const ring =
    node.hub || node.own
      ? `<path class="ring" d="${pen.circle(centre, radius + 3.5)}"${node.own ? ' stroke-dasharray="1.5 3"' : ''}/>`
      : '';
  const label = `<text class="label${connected ? '' : ' quiet'}" x="${num(node.x)}" y="${num(above ? node.y - radius - 6 : node.y + radius + 13)}">${xmlText(shortLabel(node.label))}</text>`;
  return `<g><title>${xmlText(describe(node))}</title>${ring}${shape}${label}</g>`;
}

/** Processes are round, devices barrels, endpoints diamonds, all else square. */
export function nodeOutline(
  pen: Pen,
  kind: NodeAttributes['kind'],
  [x, y]: XY,
  radius: number,
): string {
  if (kind === 'process') return pen.circle([x, y], radius);
  if (kind === 'endpoint') {
    const r = radius * 1.2;
    return pen.outline([
      [x, y - r],
      [x + r, y],
      [x, y + r],
      [x - r, y],
    ]);
  }
  const [w, h] = kind === 'device' ? [radius * 1.05, radius * 0.85] : [radius * 0.9, radius * 0.9];
  const cut = kind === 'device' ? w * 0.35 : 0;
  return pen.outline([
    [x - w + cut, y - h],
    [x + w - cut, y - h],
    [x + w, y - h + cut],
    [x + w, y + h - cut],
    [x + w - cut, y + h],
    [x - w + cut, y + h],
    [x - w, y + h - cut],
    [x - w, y - h + cut],
  ]);
}

function describe(node: NodeAttributes): string {
  const lines = [node.label, `${node.kind}${node.scope === '' ? '' : ` in ${node.scope}`}`];
  if (node.activity > 0) lines.push(`activity ${node.activity.toPrecision(3)} per second`);
  if (node.independence !== null) lines.push(`independence ${node.independence.toFixed(2)}`);
  if (node.cluster >= 0) lines.push(`behaviour cluster ${node.cluster}`);
  if (node.community >= 0) lines.push(`community ${node.community}`);
  if (node.hub) lines.push('hub');
  if (node.own) lines.push('our own recorder');
  if (node.reason !== '') lines.push(node.reason);
  return lines.join('\n');
}
