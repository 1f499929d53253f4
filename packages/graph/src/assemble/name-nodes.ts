import { sourceKey } from '@ethogram/core';
import type { GraphNode } from '@ethogram/model';
import type { NodeAttributes } from '../graph-attributes.js';

/** A node's key and what it is called. */
export type NamedNode = Pick<NodeAttributes, 'label' | 'scope' | 'executable'> & {
  readonly key: string;
};

/**
 * Splits `nginx.service/nginx` into scope and executable and gives every node the shortest
 * label that is unique: the executable, with its scope where two share one.
 */
export function nameNodes(nodes: readonly Pick<GraphNode, 'kind' | 'name'>[]): NamedNode[] {
  const parts = nodes.map(({ kind, name }) => ({
    key: sourceKey({ kind, name }),
    ...split(kind, name),
  }));
  const uses = new Map<string, number>();
  for (const { executable } of parts) uses.set(executable, (uses.get(executable) ?? 0) + 1);
  const taken = new Set<string>();
  return parts.map(({ key, scope, executable }) => {
    const alone = uses.get(executable) === 1;
    let label = alone || scope === '' ? executable : `${executable} (${scope})`;
    if (taken.has(label)) label = key;
    taken.add(label);
    return { key, label, scope, executable };
  });
}

function split(kind: GraphNode['kind'], name: string): { scope: string; executable: string } {
  const slash = name.lastIndexOf('/');
  if (kind !== 'process' || name.startsWith('[') || slash <= 0 || slash === name.length - 1) {
    return { scope: '', executable: name };
  }
  return { scope: name.slice(0, slash), executable: name.slice(slash + 1) };
}
