import { type Block, couldSee, sourceKey } from '@ethogram/core';
import { HostTracker, inGroups } from '@ethogram/features';
import {
  distributionDistance,
  histogramShares,
  type Model,
  type SourceModel,
} from '@ethogram/model';
import { CallCounter } from './call-counter.js';
import { createScorer } from './scorer.js';

/** How a window stands to what was learned. */
export type Verdict = 'normal' | 'drifting' | 'anomalous' | 'not comparable';

/** Rows from which a source can be compared. */
const MIN_ROWS = 30;
/** Share of rows in alarm from which a source is anomalous: more than a passing incident. */
const ANOMALOUS_SHARE = 0.01;
/** Mean deviation, in standard deviations of training, from which a metric has moved. */
const MOVED = 1;
/** Jensen–Shannon distance from which a mix is another one. */
const OTHER_MIX = 0.15;
/** Metrics told per source. */
const MOST_METRICS = 5;

/** One source of the window against what was learned of it. */
export interface SourceComparison {
  readonly source: string;
  readonly verdict: Verdict;
  /** Why, in words; empty for a normal source. */
  readonly reason: string;
  readonly rows: number;
  /** Share of rows in alarm. */
  readonly alarmed: number;
  /** Metrics whose mean moved: here and in training, and by how many standard deviations. */
  readonly metrics: readonly {
    readonly metric: string;
    readonly mean: number;
    readonly learned: number;
    readonly shift: number;
  }[];
  /** Jensen–Shannon distance of the mixes of system calls; null without calls. */
  readonly mix: number | null;
  /**
   * Histograms (sizes, latencies) that are another distribution, by the Jensen–Shannon distance of
   * their mean shapes over the buckets that were learned, the largest first.
   */
  readonly distributions: readonly { readonly metric: string; readonly distance: number }[];
}

/** A window against a model. */
export interface Comparison {
  readonly model: string;
  readonly verdict: Verdict;
  readonly ticks: number;
  readonly incidents: number;
  readonly sources: readonly SourceComparison[];
}

/** Answers "is this window like what was learned?", for every source and for the host. */
export async function compareWindow(
  model: Model,
  blocks: AsyncIterable<Block>,
): Promise<Comparison> {
  const scorer = createScorer(model);
  const learned = model.sources.map(atRest);
  const tracker = new HostTracker(learned, { ...model.timing, historyRows: 1 });
  const calls = new CallCounter(model.sources);
  const tallies = new Map(model.sources.map((source) => [sourceKey(source), newTally(source)]));
  const unknown = new Set<string>();
  const seen = couldSee(model.group === null ? model.steps.select.blind : []);
  const incidents = new Set<string>();
  let ticks = 0;
  for await (const recorded of blocks) {
    const block = inGroups(recorded, model.group);
    for (const source of block.sources) {
      const key = sourceKey(source);
      const other = source.kind === 'endpoint' || (source.kind === 'process' && !seen(source.name));
      if (!tallies.has(key) && !other) unknown.add(key);
    }
    for (const [t, tick] of scorer.push(recorded).entries()) {
      ticks++;
      tracker.advance(block, t);
      calls.visit(block, t);
      for (const { id } of tick.incidents) incidents.add(id);
      for (const { source, anomalous } of tick.sources) {
        const tally = tallies.get(source);
        if (tally && anomalous) tally.alarmed++;
      }
      if (ticks % model.timing.rowTicks !== 0) continue;
      for (const [i, source] of model.sources.entries()) {
        const followed = tracker.sources[i];
        if (!followed?.eligible) continue;
        const tally = tallies.get(sourceKey(source));
        if (tally) addRow(tally, followed);
      }
    }
  }
  const sources = [
    ...learned.flatMap((source, i) =>
      source.self
        ? []
        : [compareSource(source, tallies.get(sourceKey(source)), ticks, calls.of(i))],
    ),
    ...[...unknown].sort().map(notLearned),
  ];
  const host = hostVerdict(sources);
  return { model: model.id, verdict: host, ticks, incidents: incidents.size, sources };
}

/** A source held against its recording itself: no level is followed. */
function atRest(source: SourceModel): SourceModel {
  const features = source.features.map(({ drift, ...feature }) =>
    drift ? { ...feature, sd: drift.sd } : feature,
  );
  return { ...source, features };
}

interface Tally {
  rows: number;
  alarmed: number;
  readonly sum: Float64Array;
  /** Sums of shares by bucket, and rows that had them, for each histogram. */
  readonly shares: readonly Float64Array[];
  readonly shareRows: Float64Array;
}

function newTally(source: SourceModel): Tally {
  return {
    rows: 0,
    alarmed: 0,
    sum: new Float64Array(source.features.length),
    shares: source.histograms.map(({ buckets }) => new Float64Array(buckets.length)),
    shareRows: new Float64Array(source.histograms.length),
  };
}

/** What a tracker says of a source in one row. */
interface FollowedRow {
  readonly z: Float64Array;
  /** Square roots of shares. */
  readonly shares: readonly Float64Array[];
  readonly sharesKnown: Uint8Array;
}

function addRow(tally: Tally, { z, shares, sharesKnown }: FollowedRow): void {
  tally.rows++;
  for (const [h, roots] of shares.entries()) {
    const sums = tally.shares[h];
    if (sharesKnown[h] !== 1 || !sums) continue;
    tally.shareRows[h] = (tally.shareRows[h] as number) + 1;
    for (let b = 0; b < sums.length; b++) {
      sums[b] = (sums[b] as number) + (roots[b] as number) ** 2;
    }
  }
  for (let j = 0; j < z.length; j++) tally.sum[j] = (tally.sum[j] as number) + (z[j] as number);
}

function compareSource(
  source: SourceModel,
  tally: Tally | undefined,
  ticks: number,
  calls: readonly number[],
): SourceComparison {
  const rows = tally?.rows ?? 0;
  const alarmed = tally && ticks > 0 ? tally.alarmed / ticks : 0;
  const metrics = source.features
    .map(({ metric, mean, sd }, j) => {
      const shift = (tally?.sum[j] ?? 0) / Math.max(1, rows);
      return { metric, mean: mean + shift * sd, learned: mean, shift };
    })
    .filter(({ shift }) => Math.abs(shift) >= MOVED)
    .sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift))
    .slice(0, MOST_METRICS);
  const made = calls.reduce((sum, count) => sum + count, 0);
  const mix = made > 0 ? distributionDistance(calls, source.callShares) : null;
  const distributions = tally ? otherDistributions(source, tally) : [];
  const found = { source: sourceKey(source), rows, alarmed, metrics, mix, distributions };
  if (rows < MIN_ROWS) {
    const reason = `only ${rows} rows of it, needs ${MIN_ROWS}`;
    return { ...found, verdict: 'not comparable', reason };
  }
  if (alarmed >= ANOMALOUS_SHARE) {
    const reason = `in alarm for ${(alarmed * 100).toFixed(1)} % of the window`;
    return { ...found, verdict: 'anomalous', reason };
  }
  const first = metrics[0];
  if (first) {
    const reason = `${first.metric} moved by ${first.shift.toFixed(1)} standard deviations`;
    return { ...found, verdict: 'drifting', reason };
  }
  if ((mix ?? 0) >= OTHER_MIX) {
    return { ...found, verdict: 'drifting', reason: 'another mix of system calls' };
  }
  const other = distributions[0];
  if (other) {
    const reason = `another distribution of ${other.metric}`;
    return { ...found, verdict: 'drifting', reason };
  }
  return { ...found, verdict: 'normal', reason: '' };
}

/** Histograms whose mean shape over the window is far from the learned one. */
function otherDistributions(
  source: SourceModel,
  { shares, shareRows }: Tally,
): SourceComparison['distributions'] {
  return histogramShares(source)
    .flatMap((learned, h) => {
      const seen = shares[h];
      if (!learned || !seen || (shareRows[h] as number) < MIN_ROWS) return [];
      const distance = distributionDistance([...seen], [...learned.shares.values()]);
      return distance >= OTHER_MIX ? [{ metric: learned.metric, distance }] : [];
    })
    .sort((a, b) => b.distance - a.distance || (a.metric < b.metric ? -1 : 1));
}

function notLearned(source: string): SourceComparison {
  return {
    source,
    verdict: 'not comparable',
    reason: 'never seen in training',
    rows: 0,
    alarmed: 0,
    metrics: [],
    mix: null,
    distributions: [],
  };
}

/** The worst of what could be compared. */
function hostVerdict(sources: readonly SourceComparison[]): Verdict {
  for (const verdict of ['anomalous', 'drifting', 'normal'] as const) {
    if (sources.some((source) => source.verdict === verdict)) return verdict;
  }
  return 'not comparable';
}
