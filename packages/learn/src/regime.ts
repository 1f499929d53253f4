import type { Timing } from '@ethogram/features';
import { LEVEL_ROWS, SHAPE_ROWS, SLOW_ROWS } from '@ethogram/features';
import type { Regime } from '@ethogram/model';

/** What may be learned from a window of this length. */
export interface RegimePlan {
  readonly regime: Regime;
  readonly timing: Timing & { readonly calibrationTicks: number };
  /** What more data would allow, in words. */
  readonly missing: readonly string[];
}

const MINUTE_MS = 60_000;
const SHORT_MS = 15 * MINUTE_MS;
const FULL_MS = 120 * MINUTE_MS;
const SHORT_SAMPLES = 300;
const FULL_SAMPLES = 1000;
/** Steps from here on are kept as they are, and count as samples. */
const OWN_STEP_MS = 10_000;

/**
 * Chooses the regime: by time for fast ticks, by samples for data with a step of 10 s and more and
 * for tables, whose author chose the step.
 * @param ticks number of ticks; @param intervalMs their median length.
 * @param table whether every source is of kind `custom`.
 */
export function planRegime(ticks: number, intervalMs: number, table = false): RegimePlan {
  const own = table || intervalMs >= OWN_STEP_MS;
  const amount = own ? ticks : ticks * intervalMs;
  const short = own ? SHORT_SAMPLES : SHORT_MS;
  const full = own ? FULL_SAMPLES : FULL_MS;
  const regime: Regime = amount < short ? 'provisional' : amount < full ? 'short' : 'full';
  const tenSeconds = own ? 1 : Math.max(1, Math.round(OWN_STEP_MS / intervalMs));
  const rowTicks = regime === 'full' && !own ? tenSeconds : 1;
  const need = (what: number): string =>
    own ? `${what - ticks} more samples` : minutes(what - amount);
  const missing: string[] = [];
  if (regime === 'provisional') missing.push(`needs ${need(short)} for rates`);
  if (regime !== 'full') missing.push(`needs ${need(full)} for shapes and slow rows`);
  return {
    regime,
    timing: {
      intervalMs,
      rowTicks,
      shareTicks: tenSeconds,
      historyRows: regime === 'full' ? SHAPE_ROWS : Math.max(LEVEL_ROWS, SLOW_ROWS),
      calibrationTicks: tenSeconds,
    },
    missing,
  };
}

function minutes(ms: number): string {
  const count = Math.ceil(ms / MINUTE_MS);
  return `${count} more ${count === 1 ? 'minute' : 'minutes'}`;
}
