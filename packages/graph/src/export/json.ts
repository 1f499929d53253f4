import type { DependencyGraph } from '../graph-attributes.js';

/** Characters that JSON allows as they are, and that reverse text, break lines or are not seen. */
const DECEPTIVE =
  /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/g;

/**
 * The graph in graphology's own serialised form, which `Graph.from(JSON.parse(text))` reads.
 * Names are exact; what could deceive a reader of the text is written as an escape.
 */
export function toJson(graph: DependencyGraph): string {
  const text = JSON.stringify(graph.export(), null, 2).replace(
    DECEPTIVE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
