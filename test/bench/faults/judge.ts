import type { Alarm } from './alarm.js';
import type { BedLabels, Label } from './bed-labels.js';

/** How a detector did in the bed. */
export interface Verdict {
  readonly faults: number;
  readonly named: number;
  readonly first: number;
  readonly firstThree: number;
  readonly kindRight: number;
  /** Median seconds from the start of a fault to the first alarm that names its culprit. */
  readonly medianDelayS: number | null;
  readonly falseEpisodes: number;
  readonly cleanHours: number;
  /** False episodes an hour, and the 95 % upper bound of a Poisson rate. */
  readonly falsePerHour: number;
  readonly falsePerHourBound: number;
  readonly benignAlarmed: number;
  readonly benign: number;
  /** The share of faults that alarms at the false rate would meet by chance. */
  readonly chanceRecall: number;
  readonly byFault: readonly {
    readonly name: string;
    readonly delayS: number | null;
    readonly rank: number | null;
    readonly kinds: readonly string[];
  }[];
}

/** Effects of a fault may last this long after it: its recovery is no false alarm. */
const RECOVERY_MS = 15_000;
/** Alarms of clean time within this of each other are one episode. */
const JOIN_MS = 10_000;
/** A tick ends up to a second after what it holds. */
const TICK_MS = 1000;

/** Holds a detector's alarms against what happened. */
export function judge(alarms: readonly Alarm[], bed: BedLabels, endTs: number): Verdict {
  const faults = bed.labels.filter((label) => !label.benign);
  const byFault = faults.map((fault) => judgeFault(alarms, fault));
  const delays = byFault
    .flatMap((f) => (f.delayS === null ? [] : [f.delayS]))
    .sort((a, b) => a - b);
  const busy = bed.labels.map((l) => ({ from: l.from - TICK_MS, to: l.to + RECOVERY_MS }));
  const isClean = (ts: number): boolean =>
    ts > bed.trainTo && !busy.some((range) => ts >= range.from && ts < range.to);
  let falseEpisodes = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const { ts } of alarms) {
    if (!isClean(ts)) continue;
    if (ts - last > JOIN_MS) falseEpisodes++;
    last = ts;
  }
  const busyMs = busy.reduce((sum, range) => sum + range.to - range.from, 0);
  const cleanHours = Math.max(0, endTs - bed.trainTo - busyMs) / 3_600_000;
  const falsePerHour = falseEpisodes / cleanHours;
  const benign = bed.labels.filter((label) => label.benign);
  const meanFaultH =
    faults.reduce((sum, f) => sum + f.to - f.from, 0) / Math.max(1, faults.length) / 3_600_000;
  return {
    faults: faults.length,
    named: byFault.filter((f) => f.rank !== null).length,
    first: byFault.filter((f) => f.rank === 1).length,
    firstThree: byFault.filter((f) => f.rank !== null && f.rank <= 3).length,
    kindRight: byFault.filter((f) => f.kindRight).length,
    medianDelayS: delays.length > 0 ? (delays[Math.floor(delays.length / 2)] ?? null) : null,
    falseEpisodes,
    cleanHours,
    falsePerHour,
    falsePerHourBound: poissonBound(falseEpisodes) / cleanHours,
    benignAlarmed: benign.filter((label) => during(alarms, label).length > 0).length,
    benign: benign.length,
    chanceRecall: 1 - Math.exp(-falsePerHour * meanFaultH),
    byFault,
  };
}

function during(alarms: readonly Alarm[], label: Label): readonly Alarm[] {
  return alarms.filter((a) => a.ts >= label.from && a.ts < label.to + 2 * TICK_MS);
}

function judgeFault(alarms: readonly Alarm[], fault: Label) {
  const said = during(alarms, fault);
  const hit = said.find((a) => a.suspects.some((s) => fault.culprits.includes(s)));
  // Named first: the best place that a culprit has in any alarm up to the first that names one.
  const rank = hit ? hit.suspects.findIndex((s) => fault.culprits.includes(s)) + 1 : null;
  const earlier = hit ? said.some((a) => a.ts < hit.ts) : false;
  return {
    name: fault.name,
    delayS: hit ? Math.max(0, hit.ts - fault.from) / 1000 : null,
    rank: rank !== null && earlier ? rank + 1 : rank,
    kinds: hit ? hit.kinds : [],
    kindRight: said.some(
      (a) =>
        a.suspects.some((s) => fault.culprits.includes(s)) &&
        a.kinds.some((kind) => fault.kinds.includes(kind)),
    ),
  };
}

/** 95 % one-sided upper bound of a Poisson mean from a count (Garwood 1936), by bisection. */
function poissonBound(count: number): number {
  const atMost = (mean: number): number => {
    let term = Math.exp(-mean);
    let sum = term;
    for (let k = 1; k <= count; k++) {
      term *= mean / k;
      sum += term;
    }
    return sum;
  };
  let low = 0;
  let high = 10 * (count + 3);
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (atMost(middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}
