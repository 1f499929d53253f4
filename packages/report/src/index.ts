export { anomalyLine, anomalyView, reasonText, scoreText } from './anomaly-view.js';
export { comparisonLines } from './comparison-lines.js';
export type { CellValue } from './csv.js';
export { csvLine } from './csv.js';
export { RecordingDigest } from './digest/recording-digest.js';
export type { RecordingView } from './digest/recording-view.js';
export type { ScoreView } from './digest/score-digest.js';
export { ScoreDigest } from './digest/score-digest.js';
export { TimeBins } from './digest/time-bins.js';
export type { ExplainedSeries } from './explanation.js';
export { explanationLines } from './explanation.js';
export type { ExplanationContext, NearestTraining } from './explanation-context.js';
export type { PageLook } from './html/page-look.js';
export type { KnownSpan } from './html/plot/events.js';
export { reportPage } from './html/report-page.js';
export type { PageSection, PartGraph, ReportView, SourceModes } from './html/report-view.js';
export { incidentView } from './incident-view.js';
export { learnedLines } from './learned-lines.js';
export type { StepName, StepRow } from './model-steps.js';
export { modelRecord, STEP_NAMES, stepView } from './model-steps.js';
export { jsonText, printable } from './printable.js';
export {
  bytesText,
  countText,
  durationText,
  numberText,
  shareText,
  shortTime,
  timeText,
} from './quantity.js';
export type { Style } from './style.js';
export { ansiStyle, plainStyle } from './style.js';
export type { ChartData } from './text-chart.js';
export { textChart } from './text-chart.js';
export type { ExportedMetric } from './thresholds/exported-metrics.js';
export { EXPORTED_METRICS } from './thresholds/exported-metrics.js';
export { prometheusRules, thresholdsRecord } from './thresholds/prometheus-rules.js';
export type { SourceTick } from './tick-view.js';
export { sourceTickView, tickView } from './tick-view.js';
export type { TrainingContext } from './training-summary.js';
export { trainingLines, trainingRecord } from './training-summary.js';
export type { Column, Format, View } from './view.js';
export { csvHeader, csvRow, jsonLine, renderTable } from './view.js';
