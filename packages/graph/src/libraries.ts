import type { UndirectedGraph } from 'graphology';
import * as graphology from 'graphology';
import type { LouvainOptions } from 'graphology-communities-louvain';
import * as louvainModule from 'graphology-communities-louvain';
import type { ForceAtlas2SynchronousLayoutParameters } from 'graphology-layout-forceatlas2';
import * as forceAtlas2Module from 'graphology-layout-forceatlas2';
import * as betweennessModule from 'graphology-metrics/centrality/betweenness.js';
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

/** What a CommonJS function looks like to an import. */
interface Loaded<F> {
  readonly default: F;
}

type Weighted = LouvainOptions<Attributes, { weight: number }>;
type LayoutOptions = ForceAtlas2SynchronousLayoutParameters<Attributes, { weight: number }>;

/** Louvain communities of every node. */
export const louvain = (
  louvainModule as unknown as Loaded<
    (graph: Projection, options: Weighted) => Record<string, number>
  >
).default;

/** Betweenness centrality of every node. */
export const betweennessCentrality = (
  betweennessModule as unknown as Loaded<
    (
      graph: Projection,
      options: { readonly getEdgeWeight: null; readonly normalized: boolean },
    ) => Record<string, number>
  >
).default;

/** ForceAtlas2 positions of every node. */
export const forceAtlas2 = (
  forceAtlas2Module as unknown as Loaded<
    (
      graph: Projection,
      options: LayoutOptions,
    ) => Record<string, { readonly x: number; readonly y: number }>
  >
).default;
