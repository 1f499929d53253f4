export { activityOf } from './block-reader.js';
export type { Calibrated, Calibration, Tail } from './calibration.js';
export { CalibrationCurve, calibrate, calibrationBin } from './calibration.js';
export type { Combination, Combined, SurpriseScale } from './combine.js';
export {
  combineViews,
  MEMORY_STEPS,
  PLAIN_SCALE,
  remember,
  scaleOf,
  scaleOfDistances,
  surprise,
} from './combine.js';
export type { DriftPart } from './drift-tracker.js';
export { DRIFT_HOURS } from './drift-tracker.js';
export type { ForecastPart } from './forecast-loss.js';
export { FORECAST_LAGS } from './forecast-loss.js';
export type { ActivityProfile, HostActivityState } from './host-activity.js';
export { HostActivity } from './host-activity.js';
export { HostTracker } from './host-tracker.js';
export type { Nearest } from './nearest-centre.js';
export { nearestCentre } from './nearest-centre.js';
export type { NoveltySets } from './novelty.js';
export { knownItems, linkItem, noveltyItem } from './novelty.js';
export type { DenseMatrix, PackedMatrix } from './packed-matrix.js';
export { packMatrix, unpackMatrix } from './packed-matrix.js';
export type { FeatureScale, HistogramLayout, SourceProfile, Timing } from './profile.js';
export type { Regrouping } from './regroup-block.js';
export { inGroups, REGROUPINGS, regroupBlock } from './regroup-block.js';
export type { RowWidth } from './row-layout.js';
export { rowWidth } from './row-layout.js';
export type { SeasonPart } from './season.js';
export { dayBin, SEASON_BINS, seasonValue, WEEK_BINS, weekday } from './season.js';
export type { OnNumber } from './series-numbers.js';
export { SeriesNumbers } from './series-numbers.js';
export type { SeriesRole } from './series-role.js';
export { seriesRole, totalOf } from './series-role.js';
export { SourceTracker } from './source-tracker.js';
export { DRIFT_BIN_MS, DRIFT_BINS, TrailingMedian } from './trailing-median.js';
export type { CentresPart } from './views/centres-view.js';
export type { DistributionPart } from './views/distribution.js';
export type { FastScale } from './views/fast-view.js';
export { fastDistance, isFarBeyond } from './views/fast-view.js';
export type { ActivityScale, RelationEdge } from './views/host-views.js';
export {
  activityAt,
  activityDeviation,
  HostJointView,
  shortfall,
} from './views/host-views.js';
export { LEVEL_ROWS, SHAPE_ROWS, standardiseWindow } from './views/level.js';
export type { ScaledParts, ViewParts } from './views/registry.js';
export { combinationOf, prepareViews } from './views/registry.js';
export { SLOW_ROWS } from './views/slow.js';
export type { Shares, View, ViewName } from './views/view.js';
export { VIEW_NAMES, viewsReady } from './views/view.js';
