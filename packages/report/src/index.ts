export { anomalyLine, anomalyView, reasonText, scoreText } from './anomaly-view.js';
export { comparisonLines } from './comparison-lines.js';
export type { CellValue } from './csv.js';
export { csvLine } from './csv.js';
export type { ExplainedSeries } from './explanation.js';
export { explanationLines } from './explanation.js';
export type { PageSection } from './html/html-page.js';
export { htmlList, htmlPage, htmlTable } from './html/html-page.js';
export type { ScoreSeries } from './html/score-chart.js';
export { scoreChart } from './html/score-chart.js';
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
export type { SourceTick } from './tick-view.js';
export { sourceTickView, tickView } from './tick-view.js';
export type { TrainingContext } from './training-summary.js';
export { trainingLines, trainingRecord } from './training-summary.js';
export type { Column, Format, View } from './view.js';
export { csvHeader, csvRow, jsonLine, renderTable } from './view.js';
