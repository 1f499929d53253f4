import type { Clock, Tick } from '@ethogram/core';
import { assembleTick, type TickOrigin } from './assemble-tick.js';
import { SourceAdmission, type SourceLimits } from './source-limits.js';
import { TickClock, type TickStamp } from './tick-clock.js';
import { TickDraft } from './tick-draft.js';

/** One thing that is read once a tick: the process table, the disks, the host, a map in the kernel. */
export interface TickReader {
  /** Takes the first reading, against which the first tick's deltas count. */
  baseline(): void | Promise<void>;
  /** Adds what happened since the reading before to the draft. */
  read(draft: TickDraft, stamp: TickStamp): void | Promise<void>;
  /** CPU time that a process of its own has used so far, milliseconds, where it runs one. */
  cpuMs?(): number;
  /** Frees what it holds, where it holds something; may be called again. */
  close?(): void | Promise<void>;
}

/** How ticks are measured. */
export interface MeasureOptions {
  readonly origin: TickOrigin;
  readonly limits: SourceLimits;
  /** Asked at each tick for the length of the next. */
  readonly intervalMs: () => number;
  readonly clock: Clock;
  /** Nanoseconds since boot, counting through suspend. */
  readonly bootTimeNs: () => bigint;
}

/**
 * The loop that every measuring backend runs: wait, stamp, read, assemble. After the signal
 * aborts it takes a last, shorter tick and ends; a consumer that comes late for a tick gets a
 * longer one, with the intervals it missed counted in `lost`.
 * @param readers in the order in which they are read.
 */
export async function* measureTicks(
  options: MeasureOptions,
  readers: readonly TickReader[],
  signal: AbortSignal,
): AsyncGenerator<Tick, void, undefined> {
  if (signal.aborted) return;
  const admission = new SourceAdmission(options.limits);
  const ticks = new TickClock(options);
  for (const reader of readers) await reader.baseline();
  for (;;) {
    const goesOn = await ticks.wait(signal);
    admission.nextTick();
    const draft = new TickDraft(admission);
    const stamp = ticks.stamp();
    for (const reader of readers) await reader.read(draft, stamp);
    yield assembleTick(options.origin, stamp, draft);
    if (!goesOn) return;
  }
}
