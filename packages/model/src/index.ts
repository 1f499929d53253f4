export type { ModelDiff, SourceDiff } from './diff.js';
export { diffModels } from './diff.js';
export { distributionDistance } from './distribution-distance.js';
export { modelErrors } from './errors.js';
export type {
  EdgeHint,
  GraphNode,
  GraphPart,
  GraphTransform,
  InferredEdge,
  ObservedEdge,
} from './graph-part.js';
export {
  EDGE_HINTS,
  graphNodeSchema,
  graphPartSchema,
  graphTransformSchema,
  ISOLATION_REASONS,
  inferredEdgeSchema,
  observedEdgeSchema,
} from './graph-part.js';
export type { HistogramShares } from './histogram-shares.js';
export { histogramShares } from './histogram-shares.js';
export type { HostMember, HostPart } from './host-part.js';
export { hostPartSchema } from './host-part.js';
export { READABLE_SCHEMAS } from './migrations.js';
export type { LearningSteps, Model, Regime, Thresholds } from './model.js';
export { MODEL_SCHEMA, modelJsonSchema, modelSchema, REGIMES } from './model.js';
export { parseModel } from './parse.js';
export { canonicalJson, contentHash, sealModel, serialiseModel } from './serialise.js';
export {
  assertTrusted,
  keyFingerprint,
  readSigningKey,
  readTrustedKeys,
  signModel,
} from './signature.js';
export type { CalibrationPart, FeaturePart, PackedMatrixPart, SourceModel } from './source-part.js';
export { sourceModelSchema } from './source-part.js';
