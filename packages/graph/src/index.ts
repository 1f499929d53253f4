export { buildGraph } from './assemble/build-graph.js';
export type { DiffOptions } from './diff/diff-graphs.js';
export { diffGraphs } from './diff/diff-graphs.js';
export { diffSvg } from './diff/diff-svg.js';
export { diffRows } from './diff/diff-table.js';
export type { EdgeChange, EdgeChangeKind, GraphDiff } from './diff/graph-diff.js';
export { graphErrors } from './errors.js';
export { toDot } from './export/dot.js';
export type { GraphFormat } from './export/format-graph.js';
export { formatGraph, GRAPH_FORMATS } from './export/format-graph.js';
export { toGexf } from './export/gexf.js';
export { toGraphml } from './export/graphml.js';
export { toJson } from './export/json.js';
export { toMermaid } from './export/mermaid.js';
export type { Pen, XY } from './export/svg/pen.js';
export { plainPen, sketchPen } from './export/svg/pen.js';
export type { SvgOptions } from './export/svg/to-svg.js';
export { FONTS, toSvg } from './export/svg/to-svg.js';
export type {
  DependencyGraph,
  EdgeAttributes,
  Evidence,
  GraphAttributes,
  NodeAttributes,
  Relation,
} from './graph-attributes.js';
export type { GraphViewOptions } from './graph-options.js';
export { VIEW_DEFAULTS } from './graph-options.js';
