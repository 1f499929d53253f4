import type { LinkKind, SourceKind } from '@ethogram/core';
import type { EdgeHint } from '@ethogram/model';
import type { AbstractGraph } from 'graphology-types';

/** Where an edge comes from: seen in the kernel, inferred from activity, or both. */
export type Evidence = 'observed' | 'inferred' | 'both';

/** What an edge says: initiator → acceptor, writer → reader, parent → child, or only that both vary together. */
export type Relation = 'calls' | 'feeds' | 'spawns' | 'covaries';

/** What a node of the graph carries, in every export format. */
export interface NodeAttributes {
  kind: SourceKind | 'group';
  /** Short name, unique in the graph. */
  label: string;
  /** Unit or container; empty outside of one. */
  scope: string;
  executable: string;
  /** Behaviour cluster; −1 for nodes outside the inference. */
  cluster: number;
  /** Louvain community of the merged graph; −1 for isolated nodes. */
  community: number;
  /** Mean activity per second. */
  activity: number;
  activeShare: number;
  /** 1/Pᵢᵢ, the variance that all others leave unexplained, 0 … 1; null where unknown. */
  independence: number | null;
  state: 'ok' | 'insufficient data';
  /** Why the node has no inferred edges; empty where it could have. */
  reason: string;
  own: boolean;
  hub: boolean;
  /** Edges of the node in this view. */
  degree: number;
  /** Normalised betweenness, 0 … 1. */
  betweenness: number;
  x: number;
  y: number;
}

/** What an edge of the graph carries, in every export format. */
export interface EdgeAttributes {
  /** 0 … 1. */
  strength: number;
  /** 1, or −1 where one end rises as the other falls. */
  sign: 1 | -1;
  /** Partial correlation; null where nothing was inferred, as are r, q, lagMs and n. */
  rho: number | null;
  r: number | null;
  q: number | null;
  lagMs: number | null;
  n: number | null;
  evidence: Evidence;
  relation: Relation;
  kinds: LinkKind[];
  events: number;
  bytes: number;
  /** RFC 3339; null where nothing was observed. */
  firstSeen: string | null;
  lastSeen: string | null;
  /** An inferred edge that an observed path already explains. */
  indirect: boolean;
  hint: EdgeHint | null;
  /** False for a pair below the thresholds, shown only on request. */
  exported: boolean;
}

/** What the graph as a whole carries. */
export interface GraphAttributes {
  model: string;
  from: string;
  to: string;
  stepMs: number;
  n: number;
  preview: boolean;
  mode: string;
  lambda: number;
  fdr: number;
  minStrength: number;
  seed: number;
  /** Keys of the hubs, strongest first. */
  hubs: string[];
  /** How many nodes and edges the view leaves out, by reason. */
  hidden: Record<string, number>;
}

/** A dependency graph: mixed (directed where the direction is known), no parallel edges. */
export type DependencyGraph = AbstractGraph<NodeAttributes, EdgeAttributes, GraphAttributes>;
