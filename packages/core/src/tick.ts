import type { SourceId } from './source.js';

/**
 * A mergeable distribution: how many values fell into each bucket of a scheme.
 * Two histograms of one scheme merge by adding counts.
 */
export interface Histogram {
  /** `quantize`, `lquantize:base,limit,step` or `llquantize:factor,low,high,steps`. */
  readonly scheme: string;
  /** Bucket index (as the scheme numbers them) to count; counts are integers ≥ 1. */
  readonly counts: ReadonlyMap<number, number>;
}

/** One source's metrics since the last tick. */
export interface SourceSample extends SourceId {
  /**
   * Metric to value: counters as the delta of this tick (zeros left out), gauges as they are
   * (zeros kept). Integers wherever the metric registry says so.
   */
  readonly values: ReadonlyMap<string, number>;
  readonly histograms?: ReadonlyMap<string, Histogram>;
  /** What describes the source without being its name: executable path, unit, build-id. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** How two sources are linked. */
export type LinkKind = 'tcp' | 'udp' | 'unix' | 'pipe' | 'fork' | 'file';

/**
 * An observed link, as deltas of this tick. Direction: initiator → acceptor (tcp, udp, unix),
 * writer → reader (pipe, file), parent → child (fork).
 */
export interface Link {
  readonly from: SourceId;
  readonly to: SourceId;
  readonly kind: LinkKind;
  readonly opened: number;
  readonly closed: number;
  /** Transfers seen in this tick. */
  readonly events: number;
  readonly bytes: number;
}

/** What a marker on the time line can say. */
export type MarkerKind =
  | 'unit-start'
  | 'unit-stop'
  | 'unit-reload'
  | 'oom-kill'
  | 'new-version'
  | 'boot'
  | 'clock-step'
  | 'gap'
  | 'note';

/** An event on the time line: it explains, it is not scored. */
export interface Marker {
  readonly ts: number;
  readonly kind: MarkerKind;
  readonly source?: SourceId;
  readonly text: string;
}

/** One instant of one host: every source's metrics since the last tick. */
export interface Tick {
  readonly host: string;
  /** Boot id; with `host` and `seq` the identity of the tick everywhere. */
  readonly boot: string;
  /**
   * Counts up by one per tick of one collector; safe integer ≥ 0. A collector begins at the
   * microseconds since boot, so that two of one boot never give two ticks one identity.
   */
  readonly seq: number;
  /** End of the interval, integer milliseconds UTC. */
  readonly ts: number;
  /** Measured length of the interval by CLOCK_BOOTTIME, nanoseconds. */
  readonly intervalNs: number;
  /** What measured it: `ebpf`, `procfs`, `import`, … */
  readonly backend: string;
  /**
   * Metric families that this backend cannot see, so that their zeros mean nothing, and
   * {@link blindBeyond} where it was told to look at some processes only.
   */
  readonly blind: readonly string[];
  readonly samples: readonly SourceSample[];
  readonly links: readonly Link[];
  /** True where `links` is the full set, not only what changed (at the start and every 10 minutes). */
  readonly linkSnapshot: boolean;
  readonly markers: readonly Marker[];
  /** What was lost while measuring, by cause; empty when nothing was. */
  readonly lost: Readonly<Record<string, number>>;
}

/** The identity under which a tick is stored and scored once and only once. */
export function tickIdentity(tick: Pick<Tick, 'host' | 'boot' | 'seq'>): string {
  return `${tick.host}/${tick.boot}/${tick.seq}`;
}
