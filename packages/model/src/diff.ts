import { sourceKey } from '@ethogram/core';
import { type CentresDiff, diffCentres } from './centres-diff.js';
import { distributionDistance } from './distribution-distance.js';
import { histogramShares } from './histogram-shares.js';
import type { Model } from './model.js';
import type { SourceModel } from './source-part.js';

/** Shift of a mean, in its former standard deviations, from which it is worth telling. */
const TOLD_SHIFT = 1;
/** Factor of a standard deviation from which it is worth telling. */
const TOLD_SPREAD = 2;
/** Jensen–Shannon distance of two mixes from which it is worth telling. */
const TOLD_MIX = 0.1;
/** Changed metrics told per source. */
const MOST_METRICS = 5;

/** What changed of one source that both models know. */
export interface SourceDiff {
  readonly source: string;
  /** Metrics by how far their mean moved, in standard deviations of the older model. */
  readonly metrics: readonly {
    readonly metric: string;
    readonly from: number;
    readonly to: number;
    readonly shift: number;
    readonly spread: number;
  }[];
  /** Jensen–Shannon distance of the mixes of system calls, 0 … 1; null without calls. */
  readonly mix: number | null;
  /** Shares of training in modes that moved, in words; null where none did or there is but one. */
  readonly modes: string | null;
  /** Typical windows that came and went; null where either model has none. */
  readonly centres: CentresDiff | null;
  /** Histograms (sizes, latencies) by Jensen–Shannon distance of their mean shapes, 0 … 1. */
  readonly distributions: readonly { readonly metric: string; readonly distance: number }[];
  readonly newCalls: readonly string[];
  readonly newLinks: readonly string[];
}

/** What changed from one model to another. */
export interface ModelDiff {
  readonly from: string;
  readonly to: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Only sources with something worth telling, the most changed first. */
  readonly changed: readonly SourceDiff[];
  readonly warn: readonly [number, number];
  readonly critical: readonly [number, number];
  readonly edgesAdded: readonly string[];
  readonly edgesRemoved: readonly string[];
  /** The whole story in sentences. */
  readonly lines: readonly string[];
}

/** Says what changed between two models, in numbers and in words, in a stable order. */
export function diffModels(from: Model, to: Model): ModelDiff {
  const before = new Map(from.sources.map((source) => [sourceKey(source), source]));
  const after = new Map(to.sources.map((source) => [sourceKey(source), source]));
  const changed = [...after]
    .flatMap(([key, source]) => {
      const old = before.get(key);
      return old ? [diffSource(key, old, source)] : [];
    })
    .filter(worthTelling)
    .sort((a, b) => weight(b) - weight(a) || (a.source < b.source ? -1 : 1));
  const oldEdges = edgesOf(from);
  const newEdges = edgesOf(to);
  const diff = {
    from: from.id,
    to: to.id,
    added: missingFrom([...after.keys()], before),
    removed: missingFrom([...before.keys()], after),
    changed,
    warn: [from.thresholds.warn, to.thresholds.warn] as const,
    critical: [from.thresholds.critical, to.thresholds.critical] as const,
    edgesAdded: missingFrom([...newEdges], oldEdges),
    edgesRemoved: missingFrom([...oldEdges], newEdges),
  };
  return { ...diff, lines: linesOf(diff, from, to) };
}

function diffSource(source: string, from: SourceModel, to: SourceModel): SourceDiff {
  const metrics = to.features
    .flatMap((feature) => {
      const old = from.features.find(({ metric }) => metric === feature.metric);
      if (!old) return [];
      const shift = (feature.mean - old.mean) / old.sd;
      const { metric } = feature;
      return [{ metric, from: old.mean, to: feature.mean, shift, spread: feature.sd / old.sd }];
    })
    .filter(
      ({ shift, spread }) =>
        Math.abs(shift) >= TOLD_SHIFT || spread >= TOLD_SPREAD || spread <= 1 / TOLD_SPREAD,
    )
    .sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift) || (a.metric < b.metric ? -1 : 1))
    .slice(0, MOST_METRICS);
  const calls = new Set([...from.calls, ...to.calls]);
  return {
    source,
    metrics,
    mix:
      calls.size === 0
        ? null
        : distributionDistance(mixOver(from, [...calls]), mixOver(to, [...calls])),
    modes: movedModes(from, to),
    centres: diffCentres(from, to),
    distributions: diffHistograms(from, to),
    newCalls: to.known.calls.filter((call) => !from.known.calls.includes(call)),
    newLinks: to.known.links.filter((link) => !from.known.links.includes(link)),
  };
}

/**
 * Whether the states of a source moved: another number of modes, or the distribution of time over
 * them. Modes have no names, so that they are compared in the order of their share.
 */
function movedModes(from: SourceModel, to: SourceModel): string | null {
  const [before, after] = [from.modes?.share ?? [], to.modes?.share ?? []];
  const most = Math.max(before.length, after.length);
  if (most < 2 || before.length === 0 || after.length === 0) return null;
  const padded = (shares: readonly number[]) =>
    Array.from({ length: most }, (_, i) => shares[i] ?? 0);
  const moved = distributionDistance(padded(before), padded(after)) >= TOLD_MIX;
  if (before.length === after.length && !moved) return null;
  return `modes ${shares(before)} → ${shares(after)}`;
}

/** `2 (70 %, 30 %)`: how many, and the share of training in each. */
function shares(modes: readonly number[]): string {
  return `${modes.length} (${modes.map((share) => `${Math.round(share * 100)} %`).join(', ')})`;
}

function mixOver(source: SourceModel, calls: readonly string[]): number[] {
  return calls.map((call) => source.callShares[source.calls.indexOf(call)] ?? 0);
}

/** Distances of the histograms that both models learned, the largest first. */
function diffHistograms(from: SourceModel, to: SourceModel): SourceDiff['distributions'] {
  const before = histogramShares(from);
  return histogramShares(to)
    .flatMap((learned) => {
      if (!learned) return [];
      const { metric, scheme, shares } = learned;
      const old = before.find((one) => one?.metric === metric && one.scheme === scheme);
      if (!old) return [];
      const buckets = [...new Set([...old.shares.keys(), ...shares.keys()])];
      const over = (of: ReadonlyMap<number, number>) => buckets.map((b) => of.get(b) ?? 0);
      return [{ metric, distance: distributionDistance(over(old.shares), over(shares)) }];
    })
    .filter(({ distance }) => distance >= TOLD_MIX)
    .sort((a, b) => b.distance - a.distance || (a.metric < b.metric ? -1 : 1));
}

function worthTelling(diff: SourceDiff): boolean {
  return (
    diff.metrics.length > 0 ||
    (diff.mix ?? 0) >= TOLD_MIX ||
    diff.modes !== null ||
    (diff.centres?.added ?? 0) > 0 ||
    (diff.centres?.gone ?? 0) > 0 ||
    diff.distributions.length > 0 ||
    diff.newCalls.length > 0 ||
    diff.newLinks.length > 0
  );
}

function weight(diff: SourceDiff): number {
  return Math.max((diff.mix ?? 0) * 10, ...diff.metrics.map(({ shift }) => Math.abs(shift)));
}

function edgesOf(model: Model): ReadonlySet<string> {
  const { graph } = model;
  if (!graph) return new Set();
  const keys = graph.nodes.map(sourceKey);
  return new Set([
    ...graph.observed.map(({ from, to, kind }) => `${keys[from]} → ${keys[to]} (${kind})`),
    ...graph.inferred
      .filter(({ accepted }) => accepted)
      .map(({ a, b }) => `${keys[a]} – ${keys[b]} (inferred)`),
  ]);
}

function missingFrom(keys: readonly string[], other: { has(key: string): boolean }): string[] {
  return keys.filter((key) => !other.has(key)).sort();
}

function linesOf(diff: Omit<ModelDiff, 'lines'>, from: Model, to: Model): string[] {
  const lines: string[] = [];
  if (from.regime !== to.regime) lines.push(`regime: ${from.regime} → ${to.regime}`);
  const hours = (model: Model): string => `${model.coverage.hours.toFixed(2)} h`;
  if (from.ticks !== to.ticks) lines.push(`training: ${hours(from)} → ${hours(to)}`);
  for (const source of diff.added) lines.push(`new source: ${source}`);
  for (const source of diff.removed) lines.push(`gone: ${source}`);
  for (const change of diff.changed) {
    const { source, metrics, mix, modes, centres, distributions, newCalls, newLinks } = change;
    for (const { metric, from: was, to: is, shift, spread } of metrics) {
      const wider = spread >= TOLD_SPREAD || spread <= 1 / TOLD_SPREAD;
      const much = `${signed(shift)} sd${wider ? `, spread × ${short(spread)}` : ''}`;
      lines.push(`${source}: ${metric} ${short(was)} → ${short(is)} (${much})`);
    }
    if ((mix ?? 0) >= TOLD_MIX) {
      lines.push(`${source}: another mix of system calls (distance ${short(mix ?? 0)})`);
    }
    if (modes !== null) lines.push(`${source}: ${modes}`);
    if (centres && centres.added + centres.gone > 0) {
      lines.push(`${source}: ${centresText(centres)}`);
    }
    for (const { metric, distance } of distributions) {
      lines.push(`${source}: ${metric} is distributed otherwise (distance ${short(distance)})`);
    }
    if (newCalls.length > 0) lines.push(`${source}: now also calls ${newCalls.join(', ')}`);
    if (newLinks.length > 0) lines.push(`${source}: now also linked by ${newLinks.join(', ')}`);
  }
  for (const edge of diff.edgesAdded) lines.push(`new edge: ${edge}`);
  for (const edge of diff.edgesRemoved) lines.push(`edge gone: ${edge}`);
  if (diff.warn[0] !== diff.warn[1]) {
    lines.push(`threshold: ${short(diff.warn[0])} → ${short(diff.warn[1])}`);
  }
  if (diff.critical[0] !== diff.critical[1]) {
    lines.push(`critical from: ${short(diff.critical[0])} → ${short(diff.critical[1])}`);
  }
  return lines.length > 0 ? lines : ['nothing worth telling changed'];
}

function centresText({ from, to, added, gone, farthest }: CentresDiff): string {
  const counts = `${from} → ${to} typical windows, ${added} unlike any before, ${gone} no longer there`;
  if (!farthest) return counts;
  const { metric, value, nearest } = farthest;
  return `${counts}; farthest: ${metric} about ${short(value)}, nearest before ${short(nearest)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : '−'}${short(Math.abs(value))}`;
}
