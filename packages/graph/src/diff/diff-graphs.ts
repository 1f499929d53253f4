import type { GraphPart } from '@ethogram/model';
import { buildGraph } from '../assemble/build-graph.js';
import type { DependencyGraph } from '../graph-attributes.js';
import { adjustedRand } from './adjusted-rand.js';
import { compareCorrelations } from './compare-correlations.js';
import { compareLinks } from './compare-links.js';
import type { EdgeChange, EdgeChangeKind, GraphDiff } from './graph-diff.js';

/** Settings of {@link diffGraphs}. */
export interface DiffOptions {
  /** Names of the models. */
  readonly before: string;
  readonly after: string;
  /** False discovery rate of the changes. */
  readonly fdr: number;
}

const ORDER: readonly EdgeChangeKind[] = ['gone', 'new', 'weaker', 'stronger'];

/**
 * What differs between two learned graphs beyond sampling noise: partial correlations by
 * Fisher's z, observed links by a binomial test, all under one Benjamini–Hochberg procedure;
 * edges of sources that came or went; communities by the adjusted Rand index.
 */
export function diffGraphs(
  before: GraphPart,
  after: GraphPart,
  options: Partial<DiffOptions> = {},
): GraphDiff {
  const { before: nameBefore = 'before', after: nameAfter = 'after', fdr = 0.05 } = options;
  const old = buildGraph(before, { model: nameBefore });
  const now = buildGraph(after, { model: nameAfter });
  const tested: EdgeChange[] = [
    ...compareCorrelations(before, after).map(
      ({ a, b, change, before: rho0, after: rho1, p }): EdgeChange => ({
        source: a,
        target: b,
        directed: false,
        change: stillThere(old, now, a, b) ? (SOFTER[change] ?? change) : change,
        test: 'correlation',
        before: rho0,
        after: rho1,
        q: p,
      }),
    ),
    ...compareLinks(before, after)
      .filter(({ from, to }) => inBoth(old, now, from) && inBoth(old, now, to))
      .map(
        ({ from, to, change, events, p }): EdgeChange => ({
          source: from,
          target: to,
          directed: true,
          change,
          test: 'observed link',
          before: change === 'gone' ? events : null,
          after: change === 'new' ? events : null,
          q: p,
        }),
      ),
  ];
  const significant = falseDiscoveryRates(tested).filter(({ q }) => q <= fdr);
  const edges = [
    ...significant,
    ...edgesOfOneSide(old, now, 'gone'),
    ...edgesOfOneSide(now, old, 'new'),
  ];
  edges.sort(
    (a, b) =>
      ORDER.indexOf(a.change) - ORDER.indexOf(b.change) ||
      a.q - b.q ||
      (`${a.source}${a.target}` < `${b.source}${b.target}` ? -1 : 1),
  );
  return {
    before: sideOf(old),
    after: sideOf(now),
    sources: {
      gone: old.filterNodes((key) => !now.hasNode(key)),
      new: now.filterNodes((key) => !old.hasNode(key)),
    },
    edges,
    compared: tested.length,
    communities: compareCommunities(old, now),
  };
}

/** What a lost or gained correlation means where the link itself is seen before and after. */
const SOFTER: Readonly<Partial<Record<EdgeChangeKind, EdgeChangeKind>>> = {
  gone: 'weaker',
  new: 'stronger',
};

/** Whether both graphs observed a link between two sources, in either direction. */
function stillThere(old: DependencyGraph, now: DependencyGraph, a: string, b: string): boolean {
  const seen = (graph: DependencyGraph) =>
    graph.hasNode(a) &&
    graph.someEdge(
      a,
      (_key, { evidence }, source, target) =>
        evidence !== 'inferred' && (source === b || target === b),
    );
  return seen(old) && seen(now);
}

function inBoth(old: DependencyGraph, now: DependencyGraph, key: string): boolean {
  return old.hasNode(key) && now.hasNode(key);
}

function sideOf(graph: DependencyGraph) {
  const { model, from, to } = graph.getAttributes();
  return { model, from, to };
}

/** Benjamini & Hochberg (1995): replaces p by the rate at which a change is still accepted. */
function falseDiscoveryRates(changes: readonly EdgeChange[]): EdgeChange[] {
  const sorted = [...changes].sort((a, b) => b.q - a.q);
  let least = 1;
  return sorted.map((change, i) => {
    least = Math.min(least, (change.q * sorted.length) / (sorted.length - i));
    return { ...change, q: least };
  });
}

/** Edges of which one end is no source of the other graph. */
function edgesOfOneSide(
  graph: DependencyGraph,
  other: DependencyGraph,
  change: 'gone' | 'new',
): EdgeChange[] {
  return graph
    .mapEdges((_key, edge, source, target, _s, _t, undirected) => {
      if (other.hasNode(source) && other.hasNode(target)) return [];
      const value = edge.rho ?? edge.events;
      return [
        {
          source,
          target,
          directed: !undirected,
          change,
          test: 'source' as const,
          before: change === 'gone' ? value : null,
          after: change === 'new' ? value : null,
          q: 0,
        },
      ];
    })
    .flat();
}

function compareCommunities(old: DependencyGraph, now: DependencyGraph): GraphDiff['communities'] {
  const common = old.filterNodes(
    (key, { community }) =>
      community >= 0 && now.hasNode(key) && now.getNodeAttribute(key, 'community') >= 0,
  );
  if (common.length < 2) return { agreement: null, moved: [] };
  const labels = (graph: DependencyGraph) =>
    common.map((key) => graph.getNodeAttribute(key, 'community'));
  const [a, b] = [labels(old), labels(now)];
  const agreement = Number(adjustedRand(a, b).toPrecision(6));
  const moved = common.filter((_, i) => {
    const neighboursBefore = new Set(common.filter((_key, j) => j !== i && a[j] === a[i]));
    const neighboursAfter = common.filter((_key, j) => j !== i && b[j] === b[i]);
    const kept = neighboursAfter.filter((key) => neighboursBefore.has(key)).length;
    const most = Math.max(neighboursBefore.size, neighboursAfter.length);
    return most > 0 && kept * 2 < most;
  });
  return { agreement, moved };
}
