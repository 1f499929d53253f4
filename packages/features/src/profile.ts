import type { SourceId } from '@ethogram/core';
import type { DriftPart } from './drift-tracker.js';
import type { ForecastPart } from './forecast-loss.js';
import type { PackedMatrix } from './packed-matrix.js';
import type { SeasonPart } from './season.js';

/** One number of a source's feature row and how it is brought to unit variance. */
export interface FeatureScale {
  readonly metric: string;
  /** Counters become a rate per second, gauges the mean over the row. */
  readonly type: 'counter' | 'gauge';
  readonly mean: number;
  /** Standard deviation with its floor, > 0. */
  readonly sd: number;
  /** What it usually does over a day; null where no day was learned. */
  readonly season: SeasonPart | null;
  /** Where its level is followed; absent where the mean of training holds. */
  readonly drift?: DriftPart | undefined;
}

/** A histogram whose shares are followed: the buckets seen in training, ascending. */
export interface HistogramLayout {
  readonly metric: string;
  readonly scheme: string;
  readonly buckets: readonly number[];
}

/** What streaming code needs to follow one source; a source of a model satisfies it. */
export interface SourceProfile extends SourceId {
  readonly features: readonly FeatureScale[];
  /** The commonest system calls; the others share one further place of the mix. */
  readonly calls: readonly string[];
  readonly histograms: readonly HistogramLayout[];
  /** Principal axes as rows: components × features; null without rate features. */
  readonly axes: PackedMatrix | null;
  /** How a row follows from those before; null where that was not learned. */
  readonly forecast: ForecastPart | null;
  /** Active in too few ticks for rates over all time: rows count only while it is active. */
  readonly sporadic: boolean;
}

/** How ticks become rows. */
export interface Timing {
  /** Nominal length of a tick, ms. */
  readonly intervalMs: number;
  /** Ticks summed into one row of rates. */
  readonly rowTicks: number;
  /** Ticks summed into one row of shares (mix and distributions). */
  readonly shareTicks: number;
  /** Rows of components that are kept for windows. */
  readonly historyRows: number;
}
