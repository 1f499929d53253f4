import type { SourceKind } from '@ethogram/core';
import type { MergedEdge } from './merge-observed.js';

/** Longest path that explains a covariation, links. */
const LONGEST = 4;

/** Transfers per sample from which a link can carry a variation. */
const BUSY_SHARE = 0.05;

/**
 * Which pairs an observed path of at least two links explains: a common ancestor (or one end
 * itself) whose activity reaches both along the direction of the links. Two clients of one
 * server are not explained by it, since what one does is no cause of what the other does
 * (d-separation: a collider passes nothing on). Endpoints stand for many machines and explain nothing.
 * Neither does a link that hardly carries anything: it cannot pass a variation on.
 * @param samples length of the window; a link counts from one transfer in twenty samples, or
 * always where no link's transfers were counted.
 * @returns a test for a pair of node indices.
 */
export function observedPaths(
  edges: readonly MergedEdge[],
  kinds: readonly SourceKind[],
  samples: number,
): (a: number, b: number) => boolean {
  const next = new Map<number, number[]>();
  const counted = edges.some(({ events }) => events > 0);
  for (const { from, to, relation, events } of edges) {
    if (relation === 'spawns' || kinds[from] === 'endpoint') continue;
    if (counted && events < BUSY_SHARE * samples) continue;
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
