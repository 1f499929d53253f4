import type { Tick } from '@ethogram/core';
import type { DiskReconciliation } from './devices/reconcile-disks.js';

/** Something that a backend cannot do here, why, and what would help. */
export interface Limitation {
  /** A coded reason: `COLLECT-2001`. */
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

/** What a running backend is and sees. */
export interface BackendDescription {
  readonly backend: 'ebpf' | 'procfs' | 'replay' | 'dtrace';
  /** Metric families it cannot see; stands in every tick too. */
  readonly blind: readonly string[];
  /** Why better backends were passed over, and what this one may not see; empty at best. */
  readonly limitations: readonly Limitation[];
  /** What it takes of the host, in words. */
  readonly notes?: readonly string[];
}

/** Where ticks come from. Every backend passes the contract suite of `@ethogram/testkit`. */
export interface SampleSource {
  readonly description: BackendDescription;
  /**
   * One tick per interval until the signal aborts, then a last, possibly shorter one; ends
   * normally. A tick that could not be taken in time is taken late, never made up.
   */
  ticks(signal: AbortSignal): AsyncIterable<Tick>;
  /** How long ticks are from the next one on; a source that replays cannot be told. */
  setInterval?(intervalMs: number): void;
  /** What was charged to processes beside what the kernel says of its devices, as of the last tick. */
  reconcile?(): readonly DiskReconciliation[];
  /**
   * CPU time of the tracers that run beside this process (bpftrace, dtrace) so far, milliseconds; what
   * cannot be read of one is as it was when it last could.
   */
  tracersCpuMs?(): number;
  /** Detaches from the kernel and frees everything; may be called again. */
  close(): Promise<void>;
}
