import { sourceKey } from '@ethogram/core';
import type { Model } from '@ethogram/model';

/** An edge of the learned graph as scoring uses it. */
export interface Edge {
  readonly key: string;
  /** 0 … 1; observed links without inference count as 0.5. */
  readonly strength: number;
  /** Whether the other end acts on this one: it calls it, feeds it, spawned it, or leads. */
  readonly upstream: boolean;
}

const OBSERVED_STRENGTH = 0.5;

/** Who is next to whom, by observed links and accepted inferred edges; strongest first. */
export function neighbourhood(model: Model): ReadonlyMap<string, readonly Edge[]> {
  const edges = new Map<string, Map<string, Edge>>();
  const add = (at: string, key: string, strength: number, upstream: boolean): void => {
    if (at === key) return;
    const own = edges.get(at) ?? new Map<string, Edge>();
    edges.set(at, own);
    const before = own.get(key);
    own.set(key, {
      key,
      strength: Math.max(strength, before?.strength ?? 0),
      upstream: upstream || (before?.upstream ?? false),
    });
  };
  const { graph } = model;
  if (graph) {
    const keys = graph.nodes.map(sourceKey);
    for (const edge of graph.inferred) {
      const a = keys[edge.a];
      const b = keys[edge.b];
      if (!edge.accepted || a === undefined || b === undefined) continue;
      add(a, b, edge.strength, edge.leads === 'b');
      add(b, a, edge.strength, edge.leads === 'a');
    }
    for (const edge of graph.observed) {
      const from = keys[edge.from];
      const to = keys[edge.to];
      if (from === undefined || to === undefined) continue;
      add(from, to, OBSERVED_STRENGTH, false);
      add(to, from, OBSERVED_STRENGTH, true);
    }
  }
  return new Map(
    [...edges].map(([at, own]) => [
      at,
      [...own.values()].sort((a, b) => b.strength - a.strength || (a.key < b.key ? -1 : 1)),
    ]),
  );
}
