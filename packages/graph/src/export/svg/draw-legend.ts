import { xmlText } from '../escape.js';
import { edgeWidth } from './draw-edge.js';
import { nodeOutline } from './draw-node.js';
import { num, type Pen } from './pen.js';

/** Height of the legend. */
export const LEGEND_HEIGHT = 92;

/** Width that the legend needs. */
export const LEGEND_WIDTH = 720;

/** What lines and shapes mean, and what the picture does not say. */
export function drawLegend(pen: Pen, x: number, y: number, note: string): string {
  const lines: readonly (readonly [string, string, number])[] = [
    ['observed', '', 0.5],
    ['inferred', '5.5 6.5', 0.5],
    ['negative', '', 0.5],
    ['weak', '', 0.1],
    ['strong', '', 0.9],
  ];
  const parts: string[] = [];
  for (const [i, [name, dashes, strength]] of lines.entries()) {
    const left = x + i * 112;
    const dash = dashes === '' ? '' : ` stroke-dasharray="${dashes}"`;
    const kind = name === 'negative' ? ' neg' : '';
    parts.push(
      `<path class="e${kind}" d="${pen.line([left, y + 8], [left + 34, y + 8], 0)}" stroke-width="${num(edgeWidth(strength))}"${dash}/>`,
      `<text class="note" x="${left + 42}" y="${y + 12}">${name}</text>`,
    );
  }
  const arrow = x + lines.length * 112;
  parts.push(
    `<path class="e" d="${pen.line([arrow, y + 8], [arrow + 26, y + 8], 0)}" stroke-width="2"/>`,
    `<path class="h" d="M${arrow + 34} ${y + 8}L${arrow + 24} ${y + 3.5}L${arrow + 24} ${y + 12.5}Z"/>`,
    `<text class="note" x="${arrow + 42}" y="${y + 12}">known direction</text>`,
  );
  const shapes = [
    ['process', 'process'],
    ['device', 'device'],
    ['endpoint', 'endpoint'],
  ] as const;
  for (const [i, [name, kind]] of shapes.entries()) {
    const left = x + i * 112;
    parts.push(
      `<path class="h" d="${nodeOutline(pen, kind, [left + 17, y + 33], 7)}"/>`,
      `<text class="note" x="${left + 42}" y="${y + 37}">${name}</text>`,
    );
  }
  // On lines of their own: wide fonts would run out of the picture beside the shapes.
  const rest = 'ring: hub · larger: more of its variance is its own · colour: behaves alike';
  parts.push(
    `<text class="note" x="${x}" y="${y + 62}">${rest}</text>`,
    `<text class="note" x="${x}" y="${y + 82}">${xmlText(note)}</text>`,
  );
  return `<g>${parts.join('')}</g>`;
}
