import { printable } from '../export/escape.js';
import type { EdgeChange, GraphDiff } from './graph-diff.js';

/** The changes as rows of text, a header first; names have no control characters. */
export function diffRows(diff: GraphDiff): string[][] {
  const header = ['change', 'edge', 'before', 'after', 'q', 'test'];
  return [header, ...diff.edges.map(rowOf)];
}

function rowOf(change: EdgeChange): string[] {
  const { source, target, directed, before, after, q, test } = change;
  const value = (x: number | null) =>
    x === null ? '–' : Number.isInteger(x) ? String(x) : x.toFixed(2);
  const edge = `${printable(source)} ${directed ? '→' : '–'} ${printable(target)}`;
  return [
    change.change,
    edge,
    value(before),
    value(after),
    q < 0.001 ? '< .001' : q.toFixed(3),
    test,
  ];
}
