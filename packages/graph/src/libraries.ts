import { createRequire } from 'node:module';
import type { DirectedGraph, UndirectedGraph } from 'graphology';
import * as graphology from 'graphology';
import type { LouvainOptions } from 'graphology-communities-louvain';
import type { ForceAtlas2SynchronousLayoutParameters } from 'graphology-layout-forceatlas2';
import type { AbstractGraph, Attributes } from 'graphology-types';

/**
 * The graphology family as it is at run time. Its declarations describe the packages as
 * CommonJS with default exports that are not there, so they are typed once, here.
 */
type GraphClass = new <
  N extends Attributes = Attributes,
  E extends Attributes = Attributes,
  G extends Attributes = Attributes,
>(options: {
  readonly type: 'mixed';
  readonly multi: false;
  readonly allowSelfLoops: false;
}) => AbstractGraph<N, E, G>;

/** An undirected graph with weights: what communities, centrality and layout work on. */
export type Projection = UndirectedGraph<Attributes, { weight: number }>;

/** graphology's mixed graph. */
export const MixedGraph = (graphology as unknown as { readonly Graph: GraphClass }).Graph;

const load = createRequire(import.meta.url);

/** Louvain communities of every node. */
export const louvain = load('graphology-communities-louvain') as (
  graph: Projection,
  options: LouvainOptions<Attributes, { weight: number }>,
) => Record<string, number>;

/** Betweenness centrality of every node. */
export const betweennessCentrality = load('graphology-metrics/centrality/betweenness') as (
  graph: Projection,
  options: { readonly getEdgeWeight: null; readonly normalized: boolean },
) => Record<string, number>;

/** ForceAtlas2 positions of every node. */
export const forceAtlas2 = load('graphology-layout-forceatlas2') as (
  graph: Projection,
  parameters: ForceAtlas2SynchronousLayoutParameters<Attributes, { weight: number }>,
) => Record<string, { readonly x: number; readonly y: number }>;

/** A graph as GEXF text. */
export const writeGexf = (
  load('graphology-gexf') as {
    readonly write: (
      graph: DirectedGraph,
      options: { readonly version: '1.2'; readonly pretty: boolean },
    ) => string;
  }
).write;
