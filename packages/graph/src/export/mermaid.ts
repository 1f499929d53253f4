import type { DependencyGraph } from '../graph-attributes.js';
import { printable } from './escape.js';

/** How a kind of node is drawn. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  device: ['[("', '")]'],
  endpoint: ['{{"', '"}}'],
  group: ['[["', '"]]'],
};

/**
 * The graph as a Mermaid flowchart, which Markdown viewers draw: dotted is inferred, a line
 * without an arrow has no known direction, thick is a strength of a half or more.
 */
export function toMermaid(graph: DependencyGraph): string {
  const ids = new Map(graph.nodes().map((key, i) => [key, `n${i}`] as const));
  const lines = ['flowchart LR'];
  graph.forEachNode((key, { kind, label }) => {
    const [open, close] = SHAPES[kind] ?? ['["', '"]'];
    lines.push(`  ${ids.get(key)}${open}${mermaidText(label)}${close}`);
  });
  const negative: number[] = [];
  let index = 0;
  graph.forEachEdge((_key, edge, source, target, _s, _t, undirected) => {
    const line = arrow(edge.evidence === 'inferred', undirected, edge.strength >= 0.5);
    lines.push(`  ${ids.get(source)} ${line}|${edge.strength.toFixed(2)}| ${ids.get(target)}`);
    if (edge.sign < 0) negative.push(index);
    index++;
  });
  if (negative.length > 0) lines.push(`  linkStyle ${negative.join(',')} stroke:#c0392b`);
  return `${lines.join('\n')}\n`;
}

function arrow(inferred: boolean, undirected: boolean, strong: boolean): string {
  if (inferred) return undirected ? '-.-' : '-.->';
  if (strong) return undirected ? '===' : '==>';
  return undirected ? '---' : '-->';
}

/**
 * Everything but plain characters as a numeric entity: Mermaid reads quotes, brackets, Markdown,
 * HTML and `$$` formulas in labels.
 */
function mermaidText(text: string): string {
  return printable(text).replace(
    /[^\p{L}\p{N} .:/_-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}
