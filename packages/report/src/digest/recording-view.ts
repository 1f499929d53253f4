import type { Marker } from '@ethogram/core';
import type { TimeBins } from './time-bins.js';

/** One number a bin: a rate per second or a mean; NaN where nothing was measured. */
export type Binned = Float64Array;

/** What one process source did. */
export interface ProcessView {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly cpuNs: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  /** Calls by name, commonest first, at most eight. */
  readonly commonest: readonly (readonly [call: string, count: number])[];
  /** System calls per second. */
  readonly callRate: Binned;
  /** CPU time per time, 1 is one processor. */
  readonly cpuShare: Binned;
}

/** One system call over all processes. */
export interface CallView {
  readonly call: string;
  readonly count: number;
  readonly errors: number;
}

/** What one device did, per second. */
export interface DeviceView {
  readonly name: string;
  readonly reads: Binned;
  readonly writes: Binned;
  readonly readOps: number;
  readonly writeOps: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** A distribution over time. */
export interface DistributionView {
  /** What was measured: `io.read.size`, `sda latency`. */
  readonly name: string;
  readonly unit: 'bytes' | 'ns' | 'none';
  /** The bucket scheme, as `core` writes it. */
  readonly scheme: string;
  readonly total: number;
  /** Bucket to its counts per bin, ascending. */
  readonly counts: ReadonlyMap<number, Float64Array>;
}

/** A metric of the host or of a custom source. */
export interface SeriesView {
  readonly source: string;
  readonly metric: string;
  readonly unit: string;
  readonly values: Binned;
}

/** A recording as a page shows it; its size does not depend on the length of the recording. */
export interface RecordingView {
  readonly bins: TimeBins;
  readonly hostName: string;
  readonly backends: readonly string[];
  /** Metric families that no backend of the recording could see. */
  readonly blind: readonly string[];
  readonly ticks: number;
  /** First and last tick, ms UTC. */
  readonly from: number;
  readonly to: number;
  /** Busiest first. */
  readonly processes: readonly ProcessView[];
  readonly calls: readonly CallView[];
  readonly devices: readonly DeviceView[];
  readonly distributions: readonly DistributionView[];
  readonly host: readonly SeriesView[];
  readonly custom: readonly SeriesView[];
  readonly markers: readonly Marker[];
  readonly lost: readonly (readonly [cause: string, count: number])[];
  readonly lostPerBin: Float64Array;
  /** How much was counted together or left out since a page has bounds, by what. */
  readonly leftOut: Readonly<Record<string, number>>;
}
