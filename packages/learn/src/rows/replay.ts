import { rowWidth, type SourceProfile, SourceTracker, type Timing } from '@ethogram/features';
import type { SourceRows } from './row-store.js';
import { slotKey } from './slot.js';
import { FRESH, INCOMPLETE, type RowTimes } from './stretch.js';

/** What a replay tells of a row beside its tracker. */
export interface RowMoment {
  /** End of the row, ms UTC. */
  readonly ts: number;
  /** Ticks of the window up to its end, from 1. */
  readonly ticks: number;
}

/** How rows become features once ticks have been summed: a row is what a tick was. */
export function rowTiming(timing: Timing): Timing {
  return {
    ...timing,
    rowTicks: 1,
    shareTicks: Math.max(1, Math.round(timing.shareTicks / timing.rowTicks)),
  };
}

/**
 * Follows one source over the rows of the window, as scoring follows it over ticks: the same
 * tracker, fed with the sums instead of what is summed. Rows that cover too little are followed
 * and not visited.
 * @param timing of rows, see {@link rowTiming}.
 */
export function replayRows(
  rows: SourceRows,
  times: RowTimes,
  profile: SourceProfile,
  timing: Timing,
  visit: (tracker: SourceTracker, moment: RowMoment) => void,
): void {
  const tracker = new SourceTracker(profile, timing);
  const places = placesOf(rows, profile);
  const width = places.length;
  const { data } = rows;
  for (let row = 0; row < times.ts.length; row++) {
    const fresh = times.fresh[row] as number;
    const seconds = times.seconds[row] as number;
    if (fresh === FRESH) tracker.reset();
    tracker.open(seconds > 0 ? seconds : timing.intervalMs / 1000);
    for (let j = 0; j < width; j++) {
      const value = data[row * width + j] as number;
      const place = places[j] as number;
      // A gauge that was missing is NaN; a counter that was is zero, and changes nothing.
      if (place >= 0 && !Number.isNaN(value)) tracker.add(place, value);
    }
    if (rows.active[row] === 1) tracker.touch();
    tracker.close(times.ts[row] as number);
    if (fresh === INCOMPLETE) tracker.reset();
    else visit(tracker, { ts: times.ts[row] as number, ticks: times.ticks[row] as number });
  }
}

/** Where each slot of the rows stands in the tracker's row; -1 where it has no place there. */
function placesOf({ slots }: SourceRows, profile: SourceProfile): Int32Array {
  const width = rowWidth(profile);
  const places = new Map<string, number>();
  for (const [i, { metric }] of profile.features.entries()) {
    places.set(slotKey({ what: 'feature', metric, type: 'counter' }), i);
  }
  for (const [i, call] of profile.calls.entries()) {
    places.set(slotKey({ what: 'call', call }), width.calls + i);
  }
  let at = width.histograms;
  for (const { metric, scheme, buckets } of profile.histograms) {
    for (const bucket of buckets) {
      places.set(slotKey({ what: 'bucket', metric, scheme, bucket }), at++);
    }
  }
  const others = profile.calls.length > 0 ? width.calls + profile.calls.length : -1;
  return Int32Array.from(
    slots,
    (slot) => places.get(slotKey(slot)) ?? (slot.what === 'call' ? others : -1),
  );
}
