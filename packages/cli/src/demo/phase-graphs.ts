import { EthogramError, parseSourceKey } from '@ethogram/core';
import type { GraphPart } from '@ethogram/model';
import { countText, durationText, printable, type Style, shortTime } from '@ethogram/report';
import type { Phase } from './phases.js';

/** Who depended on whom in one phase. */
export interface PhaseGraph {
  readonly phase: Phase;
  /** Null where the phase was too short to learn from. */
  readonly svg: string | null;
  /** Every dependency shown: `nginx.service/nginx → redis.service/redis`. */
  readonly edges: readonly string[];
}

const EDGES_IN_LINE = 8;

/**
 * Learns each phase by itself and draws its graph.
 * @param learn the graph of a phase.
 */
export async function graphPhases(
  phases: readonly Phase[],
  learn: (phase: Phase) => Promise<GraphPart>,
  style: 'plain' | 'sketch',
): Promise<readonly PhaseGraph[]> {
  const found: PhaseGraph[] = [];
  for (const phase of phases) {
    try {
      found.push(await drawPhase(phase, await learn(phase), style));
    } catch (error) {
      if (!(error instanceof EthogramError && error.exitCode === 4)) throw error;
      found.push({ phase, svg: null, edges: [] });
    }
  }
  return found;
}

async function drawPhase(
  phase: Phase,
  part: GraphPart,
  style: 'plain' | 'sketch',
): Promise<PhaseGraph> {
  const { buildGraph, formatGraph } = await import('@ethogram/graph');
  const graph = buildGraph(part, { model: phase.name, isolated: false });
  const edges = graph.mapEdges((_key, edge, source, target, _from, _to, undirected) => {
    const arrow = undirected ? '–' : '→';
    return `${nameOf(source)} ${arrow} ${nameOf(target)}${edge.evidence === 'inferred' ? ' (inferred)' : ''}`;
  });
  return { phase, svg: formatGraph(graph, 'svg', { style }), edges: edges.sort() };
}

/** Names are the same in every phase; labels of a graph are as short as that graph allows. */
function nameOf(key: string): string {
  return parseSourceKey(key)?.name ?? key;
}

/** A phase as a heading: `idle, 10 min from 2026-05-01 10:00:00Z`. */
export function phaseTitle({ name, from, to }: Phase): string {
  return `${name}, ${durationText(to - from)} from ${shortTime(from)}`;
}

/** The phases as lines, each with what is new and gone in its graph. */
export function phaseLines(graphs: readonly PhaseGraph[], style: Style): readonly string[] {
  return graphs.flatMap(({ phase, svg, edges }, i) => {
    const before = graphs[i - 1];
    const length = durationText(phase.to - phase.from);
    const head = `${i + 1} ${style.bold(phase.name)}, ${length} from ${shortTime(phase.from)}: `;
    if (svg === null) return [`${head}too short to learn who depends on whom`];
    const lines = [`${head}${countText(edges.length, 'dependency', 'dependencies')}`];
    if (!before || before.svg === null) return [...lines, edgeLine('   ', edges)];
    const come = edges.filter((edge) => !before.edges.includes(edge));
    const gone = before.edges.filter((edge) => !edges.includes(edge));
    return [
      ...lines,
      ...(come.length > 0 ? [edgeLine('   new  ', come)] : []),
      ...(gone.length > 0 ? [edgeLine('   gone ', gone)] : []),
    ];
  });
}

function edgeLine(head: string, edges: readonly string[]): string {
  const more = edges.length > EDGES_IN_LINE ? `, and ${edges.length - EDGES_IN_LINE} more` : '';
  return `${head}${edges.slice(0, EDGES_IN_LINE).map(printable).join(', ') || 'none'}${more}`;
}
