import { sourceKey } from '@ethogram/core';
import type { GraphNode, GraphPart, GraphTransform, InferredEdge } from '@ethogram/model';
import { circularProducts } from './bartlett.js';
import { describePairs, rounded } from './describe-pairs.js';
import {
  GRAPH_DEFAULTS,
  type GraphInput,
  type GraphOptions,
  MIN_ROWS,
  PREVIEW_ROWS,
} from './graph-input.js';
import { prepareNodes } from './graph-nodes.js';
import { acceptPairs, replicatesFor, universalThreshold } from './infer-edges.js';
import { type Prewhitened, prewhiten } from './prewhiten.js';
import { runTasks } from './run-tasks.js';
import { setDuplicatesAside } from './set-duplicates-aside.js';
import type { ObservedPairs, Task } from './tasks.js';

/** What {@link learnGraph} takes besides the data. */
export interface LearnGraphInput extends GraphInput {
  readonly options?: Partial<GraphOptions>;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/**
 * Learns who depends on whom: observed links as they are, and dependences inferred from the
 * activity of the sources. Same input and seed, same part, whatever the number of threads.
 * @throws the signal's reason when aborted; RangeError on series of unequal length.
 * Complexity: 2 n p² + 5 p³ for p active sources, once more per shifted replicate.
 */
export async function learnGraph(input: LearnGraphInput): Promise<GraphPart> {
  const options = { ...GRAPH_DEFAULTS, ...input.options };
  const seed = input.seed ?? 1;
  checkLengths(input);
  const prepared = prepareNodes(input, options.minActiveShare);
  const { nodes, indexOf } = prepared;
  const part: GraphPart = {
    from: input.range.from,
    to: input.range.to,
    stepMs: input.stepMs,
    n: prepared.series[0]?.length ?? 0,
    preview: (prepared.series[0]?.length ?? 0) < PREVIEW_ROWS,
    mode: 'none',
    seed,
    lambda: 0,
    shrinkage: 0,
    thresholds: { fdr: options.fdr, minStrength: 1 },
    nodes,
    inferred: [],
    rhoFloor: 1,
    observed: input.links.map(({ from, to, ...link }) => ({
      from: indexOf.get(sourceKey(from)) as number,
      to: indexOf.get(sourceKey(to)) as number,
      ...link,
    })),
  };
  if (prepared.series.length < 2 || part.n < MIN_ROWS) return part;
  const columns = setDuplicatesAside(
    prepared,
    prewhiten(prepared.series),
    Math.max(options.minStrength, universalThreshold(prepared.series.length, part.n)),
  );
  const { white } = columns;
  const x = white.innovations;
  const p = x.count;
  if (p < 2) return withDuplicates({ ...part, mode: 'full' }, columns.duplicates);
  const lambda = Math.sqrt(Math.log(p) / x.rows);
  const pairOptions = {
    delay: Math.min(4, Math.max(0.5, options.delayMs / input.stepMs)),
    circular: circularProducts(x),
  };
  const fast = p > options.fastAbove;
  const replicates = replicatesFor(p, fast);
  const run = { threads: p < 40 ? 0 : options.threads, signal: input.signal };
  const tasks: Task[] = [{ type: 'pairs', x, options: pairOptions, lambda }];
  for (let replicate = 0; replicate < replicates; replicate++) {
    tasks.push({ type: 'null strengths', x, options: pairOptions, seed, replicate });
  }
  const [pairs, ...nulls] = (await runTasks(tasks, run)) as [ObservedPairs, ...Float64Array[]];
  const labels = (await runTasks([{ type: 'clusters', r: pairs.r0, p }], run))[0] as Int32Array;
  const accepted = acceptPairs(pairs, concatenate(nulls), x.rows, options);
  for (const [i, at] of columns.active.entries()) {
    const node = nodes[at] as GraphNode;
    node.cluster = labels[i] as number;
    node.precision = rounded(pairs.precision[i * p + i] as number);
    node.transform = transformOf(columns.series[i] as Float64Array, white, i);
  }
  const described = describePairs(pairs, accepted, columns.active, {
    stepMs: input.stepMs,
    x,
    leadErrors: options.leadErrors,
    delay: pairOptions.delay,
    scores: white.scores,
    kinds: nodes.map((node) => node.kind),
  });
  return withDuplicates(
    {
      ...part,
      mode: fast ? 'fast' : 'full',
      lambda: rounded(lambda),
      shrinkage: rounded(pairs.shrinkage),
      thresholds: {
        ...part.thresholds,
        minStrength: rounded(accepted.minStrength),
      },
      inferred: described.edges,
      rhoFloor: described.rhoFloor,
    },
    columns.duplicates,
  );
}

function checkLengths(input: GraphInput): void {
  if (input.activity.length !== input.sources.length) {
    throw new RangeError(
      `learnGraph: expected one series per source, found ${input.activity.length} for ${input.sources.length}`,
    );
  }
  const lengths = new Set(input.activity.flatMap((values) => (values ? [values.length] : [])));
  if (lengths.size > 1) {
    throw new RangeError(
      `learnGraph: expected series of one length, found ${[...lengths].join(', ')}`,
    );
  }
}

function concatenate(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** How many quantiles describe the distribution of a column. */
const QUANTILES = 33;

function transformOf(series: Float64Array, white: Prewhitened, i: number): GraphTransform {
  const sorted = series.filter((value) => !Number.isNaN(value)).sort();
  const quantiles = Array.from({ length: QUANTILES }, (_, k) =>
    rounded(sorted[Math.round((k * (sorted.length - 1)) / (QUANTILES - 1))] as number),
  );
  return {
    quantiles,
    ar: Array.from(white.ar[i] as Float64Array, rounded),
    sd: Math.max(1e-9, rounded(white.sd[i] as number)),
  };
}

/** Every duplicate keeps one edge: to the source that stands for it. */
function withDuplicates(part: GraphPart, duplicates: readonly InferredEdge[]): GraphPart {
  const inferred = [...part.inferred, ...duplicates].sort((a, b) => a.a - b.a || a.b - b.b);
  return { ...part, inferred };
}
