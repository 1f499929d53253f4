import type { Rng } from '@ethogram/core';
import { UndirectedGraph } from 'graphology';
import { forceAtlas2, type Projection } from '../libraries.js';

/** Mean length of an edge in the picture. */
const EDGE_LENGTH = 105;

/** A node's key and where it is. */
export interface Point {
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

/**
 * Places one connected component by ForceAtlas2 (Jacomy et al. 2014), scaled to a mean edge
 * length, and turned so that its longer axis lies flat.
 */
export function placeComponent(whole: Projection, keys: readonly string[], rng: Rng): Point[] {
  const graph: Projection = new UndirectedGraph();
  for (const key of keys) {
    const angle = 2 * Math.PI * rng.next();
    const radius = Math.sqrt(rng.next());
    graph.addNode(key, { x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
  }
  for (const key of keys) {
    whole.forEachEdge(key, (edge, { weight }, a, b) => {
      if (!graph.hasEdge(edge)) graph.addUndirectedEdgeWithKey(edge, a, b, { weight });
    });
  }
  const placed = forceAtlas2(graph, {
    iterations: keys.length > 200 ? 300 : 600,
    getEdgeWeight: 'weight',
    settings: {
      gravity: 1,
      scalingRatio: 8,
      // Strength shows as width; as length it would only tear the picture apart.
      edgeWeightInfluence: 0.15,
      slowDown: 4,
      barnesHutOptimize: keys.length > 400,
    },
  });
  let length = 0;
  graph.forEachEdge((_edge, _attributes, a, b) => {
    const [from, to] = [placed[a], placed[b]];
    if (from && to) length += Math.hypot(from.x - to.x, from.y - to.y);
  });
  const scale = length > 0 ? (EDGE_LENGTH * graph.size) / length : 1;
  return laidFlat(
    keys.map((key) => {
      const { x = 0, y = 0 } = placed[key] ?? {};
      return { key, x: x * scale, y: y * scale };
    }),
  );
}

/** Turns points so that their principal axis is horizontal. */
function laidFlat(points: readonly Point[]): Point[] {
  const cx = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const cy = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  let [xx, xy, yy] = [0, 0, 0];
  for (const { x, y } of points) {
    xx += (x - cx) ** 2;
    xy += (x - cx) * (y - cy);
    yy += (y - cy) ** 2;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(({ key, x, y }) => ({
    key,
    x: cos * (x - cx) + sin * (y - cy),
    y: cos * (y - cy) - sin * (x - cx),
  }));
}
