import type { Scene } from './scene.js';

/** A symmetric value per pair of sources, row-major `p × p`. */
export interface PairScores {
  readonly p: number;
  readonly strength: Float64Array;
  readonly accepted: Uint8Array;
}

/** How well pairs were found, undirected. */
export interface EdgeQuality {
  /** Average precision of the ranking over all pairs, ties grouped. */
  readonly aupr: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Accepted pairs that are no dependence but share a hidden driver. */
  readonly hidden: number;
  readonly falseEdges: number;
}

/** Compares scores of pairs with the truth of a scene. */
export function edgeQuality(scene: Scene, { p, strength, accepted }: PairScores): EdgeQuality {
  const key = (a: number, b: number) => Math.min(a, b) * p + Math.max(a, b);
  const truth = new Set(scene.truth.map(([a, b]) => key(a, b)));
  const hidden = new Set(scene.hidden.map(([a, b]) => key(a, b)));
  const pairs: { readonly strength: number; readonly true: boolean }[] = [];
  let hits = 0;
  let falseEdges = 0;
  let shared = 0;
  for (let a = 0; a < p; a++) {
    for (let b = a + 1; b < p; b++) {
      const at = a * p + b;
      pairs.push({ strength: strength[at] ?? 0, true: truth.has(at) });
      if (!accepted[at]) continue;
      if (truth.has(at)) hits++;
      else if (hidden.has(at)) shared++;
      else falseEdges++;
    }
  }
  const found = hits + shared + falseEdges;
  return {
    aupr: averagePrecision(pairs, truth.size),
    precision: found > 0 ? hits / found : 1,
    recall: truth.size > 0 ? hits / truth.size : 1,
    f1: found + truth.size > 0 ? (2 * hits) / (found + truth.size) : 1,
    hidden: shared,
    falseEdges,
  };
}

function averagePrecision(
  pairs: readonly { readonly strength: number; readonly true: boolean }[],
  positives: number,
): number {
  const sorted = [...pairs].sort((a, b) => b.strength - a.strength);
  let hits = 0;
  let area = 0;
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from]?.strength;
    const before = hits;
    let to = from;
    for (; to < sorted.length && sorted[to]?.strength === value; to++) {
      if (sorted[to]?.true) hits++;
    }
    area += ((hits - before) / positives) * (hits / to);
    from = to;
  }
  return area;
}
