import type { Rng } from '@ethogram/core';
import { undirectedProjection } from '../assemble/communities.js';
import type { DependencyGraph } from '../graph-attributes.js';
import type { Projection } from '../libraries.js';
import { type Box, labelBox } from './label-box.js';
import { packBoxes } from './pack-boxes.js';
import { placeComponent } from './place-component.js';
import { separateBoxes } from './separate-boxes.js';

/** Room around every component, in units of the picture. */
const MARGIN = 30;

/** Width that a small picture fills before it grows downwards. */
const MIN_WIDTH = 640;

/** Height of a row of nodes without edges. */
const ROW = 34;

/**
 * Sets `x` and `y` of every node: each connected component by ForceAtlas2 from seeded positions,
 * boxes of labels pushed apart, components packed side by side, nodes without edges in rows at
 * the end. Units are those of the picture: a label is 11 high.
 */
export function layOut(graph: DependencyGraph, rng: Rng): void {
  const projection = undirectedProjection(graph, true);
  const { connected, alone } = components(graph, projection);
  const blocks = connected.map((keys) => {
    const points = placeComponent(projection, keys, rng.fork(keys[0] as string));
    const boxes = points.map(({ key, x, y }) => ({ ...boxOf(graph, key), key, x, y }));
    return framed(separateBoxes(boxes));
  });
  const rows = packBoxes(blocks, MIN_WIDTH);
  const width = Math.max(MIN_WIDTH, ...rows.map(({ x, block }) => x + block.width));
  const bottom = Math.max(0, ...rows.map(({ y, block }) => y + block.height));
  for (const { block, x, y } of rows) place(graph, block.boxes, x, y);
  place(graph, inRows(graph, alone, width - 2 * MARGIN), MARGIN, bottom + 2 * MARGIN);
}

type PlacedBox = Box & { readonly key: string; readonly x: number; readonly y: number };

function boxOf(graph: DependencyGraph, key: string): Box {
  const { label, independence } = graph.getNodeAttributes(key);
  return labelBox({ label, independence });
}

function components(graph: DependencyGraph, projection: Projection) {
  const seen = new Set<string>();
  const connected: string[][] = [];
  const alone: string[] = [];
  for (const start of graph.nodes()) {
    if (seen.has(start)) continue;
    if (!projection.hasNode(start)) {
      alone.push(start);
      continue;
    }
    const members = new Set([start]);
    for (const key of members) for (const next of projection.neighbors(key)) members.add(next);
    for (const key of members) seen.add(key);
    connected.push([...members].sort((a, b) => (a < b ? -1 : 1)));
  }
  return { connected: connected.sort((a, b) => b.length - a.length), alone };
}

function framed(boxes: readonly PlacedBox[]) {
  const left = Math.min(...boxes.map((box) => box.x - box.width / 2)) - MARGIN;
  const top = Math.min(...boxes.map((box) => box.y - box.above)) - MARGIN;
  const right = Math.max(...boxes.map((box) => box.x + box.width / 2)) + MARGIN;
  const bottom = Math.max(...boxes.map((box) => box.y + box.below)) + MARGIN;
  return {
    width: right - left,
    height: bottom - top,
    boxes: boxes.map((box) => ({ ...box, x: box.x - left, y: box.y - top })),
  };
}

function inRows(graph: DependencyGraph, keys: readonly string[], width: number): PlacedBox[] {
  const placed: PlacedBox[] = [];
  let x = 0;
  let y = 0;
  const label = (key: string) => graph.getNodeAttribute(key, 'label');
  const sorted = [...keys].sort((a, b) => naturally(label(a), label(b)) || (a < b ? -1 : 1));
  for (const key of sorted) {
    const box = boxOf(graph, key);
    if (x > 0 && x + box.width > width) [x, y] = [0, y + ROW];
    placed.push({ ...box, key, x: x + box.width / 2, y });
    x += box.width + 10;
  }
  return placed;
}

/** Orders `worker-9` before `worker-10`, the same on every machine. */
function naturally(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

function place(graph: DependencyGraph, boxes: readonly PlacedBox[], x: number, y: number): void {
  for (const box of boxes) {
    graph.mergeNodeAttributes(box.key, { x: cents(x + box.x), y: cents(y + box.y) });
  }
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}
