import type { DependencyGraph, EdgeAttributes } from '@ethogram/graph';
import { type Coupling, type GraphBed, OBSERVABLE } from './graph-bed.js';

/** What a learned graph says of the bed, against what is true. */
export interface GraphScore {
  /** Of the observed edges between sources of the bed: how many are couplings, in the right direction. */
  readonly observedPrecision: number;
  /** Of the couplings whose channel the kernel shows: how many were observed. */
  readonly observedRecall: number;
  /** Of all edges, observed or inferred, against all couplings, without direction. */
  readonly f1: number;
  /** Lines that say what is wrong, missing or found without a channel. */
  readonly remarks: readonly string[];
}

/** Scores edges between sources of the bed; what goes on between others is no matter. */
export function scoreGraph(graph: DependencyGraph, bed: GraphBed): GraphScore {
  const ours = new Set(bed.sources);
  const isTrue = new Map(bed.couplings.map((one) => [pairKey(one.from, one.to), one] as const));
  const driven = new Set(bed.driven.map(([a, b]) => pairKey(a, b)));
  const remarks: string[] = [];
  const found = new Set<string>();
  const seen = new Set<string>();
  let observed = 0;
  let right = 0;
  let wrong = 0;
  graph.forEachEdge((_key, edge, source, target) => {
    if (!ours.has(source) || !ours.has(target)) return;
    const key = pairKey(source, target);
    const coupling = isTrue.get(key);
    if (edge.evidence !== 'inferred') {
      observed++;
      if (coupling?.from === source) right++;
      else remarks.push(`wrongly observed: ${describe(source, target, edge)}`);
    }
    if (coupling) {
      found.add(key);
      if (edge.evidence !== 'inferred') seen.add(key);
      else remarks.push(`inferred, ${coupling.channel}: ${describe(source, target, edge)}`);
    } else if (driven.has(key)) {
      remarks.push(`driven alike: ${describe(source, target, edge)}`);
    } else if (!found.has(`wrong ${key}`)) {
      found.add(`wrong ${key}`);
      wrong++;
      remarks.push(`no coupling: ${describe(source, target, edge)}`);
    }
  });
  const channels = bed.couplings.filter(({ channel }) => OBSERVABLE.has(channel));
  const missed = bed.couplings.filter((one) => !found.has(pairKey(one.from, one.to)));
  remarks.push(...missed.map(missedLine));
  const hits = bed.couplings.length - missed.length;
  return {
    observedPrecision: observed > 0 ? right / observed : 1,
    observedRecall:
      channels.filter((one) => seen.has(pairKey(one.from, one.to))).length / channels.length,
    f1: (2 * hits) / (hits + wrong + bed.couplings.length),
    remarks,
  };
}

function missedLine({ from, to, channel }: Coupling): string {
  return `missed, ${channel}: ${from} → ${to}`;
}

function describe(source: string, target: string, edge: EdgeAttributes): string {
  return `${source} → ${target} (${edge.evidence}, ${edge.kinds.join(' ') || edge.relation}, strength ${edge.strength.toFixed(2)}, ${edge.events} transfers)`;
}

function pairKey(a: string, b: string): string {
  return a < b ? `${a}\u0000${b}` : `${b}\u0000${a}`;
}
