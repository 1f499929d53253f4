export { checkpointId } from './checkpoint.js';
export type { Comparison, SourceComparison, Verdict } from './compare.js';
export { compareWindow } from './compare.js';
export { scoreErrors } from './errors.js';
export type { AlarmCount } from './evaluate.js';
export { countIncidents } from './evaluate.js';
export type { Appearance, Feedback } from './feedback.js';
export { feedbackOn, isExpected, latestWords } from './feedback.js';
export { discoveryScore, hostScore } from './multiplicity.js';
export type {
  AnomalyKind,
  AnomalyRecord,
  IncidentRecord,
  Neighbour,
  Reason,
  Severity,
  SourceScore,
  TickScore,
} from './records.js';
export { ANOMALY_KINDS } from './records.js';
export type { Scorer, ScorerOptions } from './scorer.js';
export { createScorer } from './scorer.js';
