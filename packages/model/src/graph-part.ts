import { SOURCE_KINDS } from '@ethogram/core';
import { z } from 'zod';

const finite = z.number();
const share = finite.min(0).max(1);
const index = z.int().min(0);
const correlation = finite.min(-1).max(1);
const instantMs = z.int();

/** Why a node has no inferred edges although it was recorded. */
export const ISOLATION_REASONS = [
  'insufficient data',
  'constant',
  'no activity series',
  'duplicate',
] as const;

/**
 * How a column becomes the unit-variance innovations on which correlations were computed, so
 * that a scorer can repeat it: value → normal score by the training distribution → minus what
 * the last `ar.length` scores foretell → divided by `sd`.
 */
export const graphTransformSchema = z.strictObject({
  /** Training quantiles at equally spaced probabilities 0 … 1, ascending. */
  quantiles: z.array(finite).min(2),
  /** Autoregressive coefficients of the normal scores, lag 1 first; at most 8. */
  ar: z.array(finite).max(8),
  /** Standard deviation of the innovations, > 0. */
  sd: finite.positive(),
});

/** A node: a source of the window, or an endpoint known only from its links. */
export const graphNodeSchema = z.strictObject({
  kind: z.enum([...SOURCE_KINDS]),
  name: z.string().min(1),
  /** The metric of the activity series; null for an endpoint without one. */
  metric: z.string().nullable(),
  /** Mean activity per second over the window. */
  activity: finite.min(0),
  /** Share of samples in which the source did anything. */
  activeShare: share,
  state: z.enum(['ok', 'insufficient data']),
  /** Set where the node could not take part in inference. */
  reason: z.enum(ISOLATION_REASONS).nullable(),
  /** Our own recorder: an observer that works when the host works looks like a dependency. */
  own: z.boolean(),
  /** Behaviour cluster, counted from 0; null for nodes outside the inference. */
  cluster: index.nullable(),
  /** Diagonal of the precision matrix, ≥ 1 for unit variance; null outside the inference. */
  precision: finite.positive().nullable(),
  /** Present where the source took part in the inference. */
  transform: graphTransformSchema.nullable(),
});

/** What may explain a covariation without a dependency. */
export const EDGE_HINTS = ['timer', 'shared device', 'load'] as const;

/** A pair whose activity depends on each other given the rest, ends as indices with `a < b`. */
export const inferredEdgeSchema = z.strictObject({
  a: index,
  b: index,
  /** 0 … 1: what pairs are ranked by. */
  strength: share,
  /** Partial correlation given all other sources. */
  rho: correlation,
  /** Lag-aligned correlation of the innovations. */
  r: correlation,
  /** Off-diagonal element of the sparse precision matrix. */
  precision: finite,
  /** Lag of the best alignment: positive where `a` moves first. */
  lagMs: finite,
  /** The end whose lead is statistically significant; null where neither is. */
  leads: z.enum(['a', 'b']).nullable(),
  /** False discovery rate at which the pair is still accepted (circular shifts and BH). */
  q: share,
  /** Whether the pair passed the thresholds; the others are kept for ranking and for `graph diff`. */
  accepted: z.boolean(),
  hint: z.enum(EDGE_HINTS).nullable(),
});

/** A link seen in the kernel, merged over the window; ends as node indices, directed. */
export const observedEdgeSchema = z.strictObject({
  from: index,
  to: index,
  kind: z.enum(['tcp', 'udp', 'unix', 'pipe', 'fork', 'file']),
  opened: finite.min(0),
  events: finite.min(0),
  bytes: finite.min(0),
  firstSeen: instantMs,
  lastSeen: instantMs,
});

/** The graph part of a model: what was observed and what was inferred, before any drawing. */
export const graphPartSchema = z
  .strictObject({
    /** Window `[from, to)`, milliseconds UTC. */
    from: instantMs,
    to: instantMs,
    stepMs: finite.positive(),
    /** Samples that took part in the inference. */
    n: index,
    /** Below 600 samples: shown as a preview, not as a result. */
    preview: z.boolean(),
    /** `none`: too little data for any inference. */
    mode: z.enum(['full', 'fast', 'none']),
    seed: z.int(),
    /** Penalty of the graphical lasso, √(ln p / n); 0 in mode `none`. */
    lambda: finite.min(0),
    /** Ledoit–Wolf shrinkage intensity that was found. */
    shrinkage: share,
    thresholds: z.strictObject({
      /** False discovery rate of the tests. */
      fdr: share,
      /** Strength from which a pair can be an edge. */
      minStrength: finite.min(0),
    }),
    nodes: z.array(graphNodeSchema),
    inferred: z.array(inferredEdgeSchema),
    /** A pair that is not in `inferred` has a |partial correlation| below this. */
    rhoFloor: share,
    observed: z.array(observedEdgeSchema),
  })
  .superRefine((part, context) => {
    const p = part.nodes.length;
    for (const [i, edge] of part.inferred.entries()) {
      if (edge.a >= edge.b || edge.b >= p) {
        context.addIssue({
          code: 'custom',
          path: ['inferred', i],
          message: `expected ends a < b < ${p}, found ${edge.a} and ${edge.b}`,
        });
      }
    }
    for (const [i, edge] of part.observed.entries()) {
      if (edge.from >= p || edge.to >= p) {
        context.addIssue({
          code: 'custom',
          path: ['observed', i],
          message: `expected ends below ${p}, found ${edge.from} and ${edge.to}`,
        });
      }
    }
  });

/** See {@link graphTransformSchema}. */
export type GraphTransform = z.infer<typeof graphTransformSchema>;
/** See {@link graphNodeSchema}. */
export type GraphNode = z.infer<typeof graphNodeSchema>;
/** See {@link EDGE_HINTS}. */
export type EdgeHint = (typeof EDGE_HINTS)[number];
/** See {@link inferredEdgeSchema}. */
export type InferredEdge = z.infer<typeof inferredEdgeSchema>;
/** See {@link observedEdgeSchema}. */
export type ObservedEdge = z.infer<typeof observedEdgeSchema>;
/** See {@link graphPartSchema}. */
export type GraphPart = z.infer<typeof graphPartSchema>;
