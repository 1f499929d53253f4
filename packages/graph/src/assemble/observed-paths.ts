import type { SourceKind } from '@ethogram/core';
import type { MergedEdge } from './merge-observed.js';

/** Longest path that explains a covariation, links. */
const LONGEST = 4;

/**
 * Which pairs an observed path of at least two links explains: a common ancestor (or one end
 * itself) whose activity reaches both along the direction of the links. Two clients of one
 * server are not explained by it, since what one does is no cause of what the other does
 * (d-separation: a collider passes nothing on). Endpoints stand for many machines and explain nothing.
 * @returns a test for a pair of node indices.
 */
export function observedPaths(
  edges: readonly MergedEdge[],
  kinds: readonly SourceKind[],
): (a: number, b: number) => boolean {
  const next = new Map<number, number[]>();
  for (const { from, to, relation } of edges) {
    if (relation === 'spawns' || kinds[from] === 'endpoint') continue;
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  }
  const explained = new Set<string>();
  for (const start of next.keys()) {
    const reached = [...distancesFrom(start, next)];
    for (const [a, fromA] of reached) {
      for (const [b, fromB] of reached) {
        if (a < b && fromA + fromB >= 2 && fromA + fromB <= LONGEST) explained.add(`${a} ${b}`);
      }
    }
  }
  return (a, b) => explained.has(`${Math.min(a, b)} ${Math.max(a, b)}`);
}

function distancesFrom(start: number, next: ReadonlyMap<number, number[]>): Map<number, number> {
  const distance = new Map([[start, 0]]);
  for (const [node, steps] of distance) {
    if (steps === LONGEST) continue;
    for (const to of next.get(node) ?? []) if (!distance.has(to)) distance.set(to, steps + 1);
  }
  return distance;
}
