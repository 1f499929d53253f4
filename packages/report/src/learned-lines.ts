import type { Model, SourceModel } from '@ethogram/model';
import { printable } from './printable.js';
import { countText, numberText, shortTime } from './quantity.js';
import { clusterCount, coverageText, edgeCounts } from './training-summary.js';

/** How many names stand in one line. */
const NAMES = 4;

/**
 * What was learned, in about ten lines for a reader who sees a model for the first time: who is
 * there, what they do, who depends on whom, and what could not be learned yet.
 */
export function learnedLines(model: Model): readonly string[] {
  const scored = model.sources.filter((source) => !source.self);
  const processes = scored.filter(({ kind }) => kind === 'process');
  const devices = scored.filter(({ kind }) => kind === 'device');
  return [
    `Learned from ${countText(model.ticks, 'tick')} of host ${printable(model.host)}, ${shortTime(model.window.from)} to ${shortTime(model.window.to)} (regime ${model.regime}).`,
    `Sources: ${countText(processes.length, 'process', 'processes')}, ${countText(devices.length, 'device')}, ${countText(scored.length - processes.length - devices.length, 'other')}.`,
    ...busiest(model),
    ...vocabulary(processes),
    ...range(processes),
    ...clusters(model),
    ...dependencies(model),
    `Alarms: ${printable(model.thresholds.statement)}`,
    ...notYet(model, scored),
  ];
}

function busiest({ graph }: Model): readonly string[] {
  const busy = (graph?.nodes ?? [])
    .filter(({ kind, activity, own }) => kind === 'process' && activity > 0 && !own)
    .sort((a, b) => b.activity - a.activity || (a.name < b.name ? -1 : 1))
    .slice(0, NAMES)
    .map((node) => `${printable(node.name)} (${numberText(node.activity)}/s)`);
  return busy.length > 0 ? [`Busiest: ${busy.join(', ')}.`] : [];
}

function vocabulary(processes: readonly SourceModel[]): readonly string[] {
  const calls = new Set(processes.flatMap(({ known }) => known.calls));
  if (calls.size === 0) return [];
  const errors = sum(processes.map(({ known }) => known.errors.length));
  return [
    `Vocabulary: ${countText(calls.size, 'different system call')}, ${countText(errors, 'kind')} of failure; anything else of a source is novel.`,
  ];
}

function range(processes: readonly SourceModel[]): readonly string[] {
  const all = processes.flatMap(({ name, callRanges }) =>
    callRanges.map((call) => ({ name, ...call })),
  );
  const widest = all.sort((a, b) => b.max - a.max || (a.name < b.name ? -1 : 1))[0];
  return widest
    ? [
        `A range: ${printable(widest.name)} makes ${numberText(widest.min)} to ${numberText(widest.max)} ${printable(widest.call)} calls a second.`,
      ]
    : [];
}

function clusters(model: Model): readonly string[] {
  const count = clusterCount(model);
  if (count === 0) return [];
  const sizes = new Map<number, string[]>();
  for (const { cluster, name } of model.graph?.nodes ?? []) {
    if (cluster !== null) sizes.set(cluster, [...(sizes.get(cluster) ?? []), name]);
  }
  const largest = [...sizes.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  const names = largest.slice(0, NAMES).map(printable).join(', ');
  const more = largest.length > NAMES ? ', …' : '';
  return largest.length > 1
    ? [`Behaviours: ${countText(count, 'cluster')}; the largest: ${names}${more}.`]
    : [`Behaviours: ${countText(count, 'cluster')}, each of one source.`];
}

function dependencies(model: Model): readonly string[] {
  const { graph } = model;
  const counts = edgeCounts(model);
  if (!graph || counts.observed + counts.inferred === 0) {
    return ['Dependencies: none were seen or could be inferred.'];
  }
  const name = (index: number) => printable(graph.nodes[index]?.name ?? '?');
  // Who started whom says little about who needs whom.
  const links = graph.observed.filter(({ kind }) => kind !== 'fork');
  const seen = links
    .toSorted((a, b) => b.events - a.events || a.from - b.from || a.to - b.to)
    .slice(0, NAMES)
    .map((edge) => `${name(edge.from)} → ${name(edge.to)} (${edge.kind})`);
  const inferred = graph.inferred
    .filter((edge) => edge.accepted)
    .sort((a, b) => b.strength - a.strength || a.a - b.a || a.b - b.b)
    .slice(0, NAMES)
    .map((edge) => `${name(edge.a)} – ${name(edge.b)} (${numberText(edge.strength)})`);
  const preview = counts.preview ? ', a preview below 600 samples' : '';
  return [
    ...(seen.length > 0 ? [`Seen dependencies (${links.length}): ${seen.join(', ')}.`] : []),
    ...(inferred.length > 0
      ? [`Inferred dependencies (${counts.inferred}${preview}): ${inferred.join(', ')}.`]
      : []),
  ];
}

function notYet(model: Model, scored: readonly SourceModel[]): readonly string[] {
  const without = scored.filter(({ withoutRates }) => withoutRates !== null).length;
  const lines = model.missing.map((text) => `Not yet: ${printable(text)}`);
  if (without > 0) {
    lines.push(
      `Not yet: rates of ${countText(without, 'source')} of ${scored.length} (${reasons(scored)}).`,
    );
  }
  const { blind } = model.steps.select;
  if (blind.length > 0) {
    lines.push(`Never seen by this backend: ${blind.map(printable).join(', ')}.`);
  }
  lines.push(`Coverage: ${coverageText(model)}.`);
  return lines;
}

function reasons(sources: readonly SourceModel[]): string {
  const counts = new Map<string, number>();
  for (const { withoutRates } of sources) {
    if (withoutRates !== null) counts.set(withoutRates, (counts.get(withoutRates) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 2)
    .map(([reason]) => printable(reason))
    .join('; ');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
