import type { DependencyGraph } from '../graph-attributes.js';
import { printable } from './escape.js';

/** A value that every exchange format can hold. */
export type FlatValue = string | number | boolean;

/** An edge of {@link FlatGraph}. */
interface FlatEdge {
  readonly key: string;
  readonly source: string;
  readonly target: string;
  readonly attributes: Readonly<Record<string, FlatValue>>;
}

/** The graph with unique printable keys, flat attributes and directed edges only. */
export interface FlatGraph {
  readonly attributes: Readonly<Record<string, FlatValue>>;
  readonly nodes: readonly {
    readonly key: string;
    readonly attributes: Readonly<Record<string, FlatValue>>;
  }[];
  readonly edges: readonly FlatEdge[];
}

/**
 * Prepares a graph for GEXF and GraphML, whose readers (networkx among them) refuse directed
 * beside undirected edges: an undirected edge becomes two opposite ones, both marked
 * `undirected`. Unknown values are left out; lists are joined by blanks.
 */
export function flatGraph(graph: DependencyGraph): FlatGraph {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of graph.nodes()) {
    let safe = printable(key);
    for (let i = 2; taken.has(safe); i++) safe = `${printable(key)} #${i}`;
    taken.add(safe);
    keys.set(key, safe);
  }
  const edges: FlatEdge[] = [];
  graph.forEachEdge((_key, attributes, from, to, _s, _t, undirected) => {
    const source = keys.get(from) as string;
    const target = keys.get(to) as string;
    const flat = flatten({ ...attributes, weight: attributes.strength, undirected });
    edges.push({ key: `${source}->${target}`, source, target, attributes: flat });
    if (!undirected) return;
    edges.push({ key: `${target}->${source}`, source: target, target: source, attributes: flat });
  });
  return {
    attributes: flatten({ ...graph.getAttributes() }),
    nodes: graph.mapNodes((key, attributes) => ({
      key: keys.get(key) as string,
      attributes: flatten({ ...attributes }),
    })),
    edges,
  };
}

function flatten(attributes: Readonly<Record<string, unknown>>): Record<string, FlatValue> {
  const flat: Record<string, FlatValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') flat[name] = printable(value);
    else if (typeof value === 'number' || typeof value === 'boolean') flat[name] = value;
    else if (Array.isArray(value)) flat[name] = printable(value.join(' '));
    else if (value !== null && value !== undefined) flat[name] = printable(JSON.stringify(value));
  }
  return flat;
}
