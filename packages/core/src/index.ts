export type { Aggregation } from './aggregations/aggregation.js';
export type { BucketScheme } from './aggregations/bucket-scheme.js';
export {
  distribution,
  histogramOf,
  histogramQuantile,
  histogramTotal,
  mergeHistograms,
} from './aggregations/histogram.js';
export { llquantizeScheme } from './aggregations/llquantize.js';
export { lquantizeScheme } from './aggregations/lquantize.js';
export type { AvgState, StddevState } from './aggregations/moments.js';
export { avg, stddev } from './aggregations/moments.js';
export { parseScheme } from './aggregations/parse-scheme.js';
export { quantizeScheme } from './aggregations/quantize.js';
export { count, max, min, sum } from './aggregations/scalars.js';
export type { Block, BlockSource, SeriesId } from './block.js';
export { blockBytes, sameBlock } from './block.js';
export type { Clock } from './clock.js';
export { manualClock, systemClock } from './clock.js';
export type { ErrorContext, ErrorFamily, ErrorKind, ExitCode } from './errors.js';
export { defineErrors, EthogramError } from './errors.js';
export type { MetricInfo, MetricType, Unit } from './metric.js';
export { isGauge, listMetrics, metricInfo, syscallMetric } from './metric.js';
export { blindBeyond, couldSee, globPattern } from './name-glob.js';
export { packTicks, unpackTicks } from './pack-ticks.js';
export type { Rng } from './rng.js';
export { seededRng } from './rng.js';
export type { Source, SourceId, SourceKind } from './source.js';
export { compareSources, isSourceKind, parseSourceKey, SOURCE_KINDS, sourceKey } from './source.js';
export type { Histogram, Link, LinkKind, Marker, MarkerKind, SourceSample, Tick } from './tick.js';
export { tickIdentity } from './tick.js';
export { parseBpftraceLine } from './trace-text/bpftrace-json.js';
export { DtraceTextParser } from './trace-text/dtrace-text.js';
export type {
  PrintedAggregation,
  PrintedBucket,
  TraceItem,
} from './trace-text/printed-aggregation.js';
export { traceSeries } from './trace-text/printed-aggregation.js';
export { printedHistogram, SchemeGuess } from './trace-text/scheme-guess.js';
export type { TimeRange, Window } from './window.js';
export { windowHolds, windowLengthMs } from './window.js';
