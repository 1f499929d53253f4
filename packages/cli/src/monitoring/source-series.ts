import { compareSources, type SourceId, sourceKey, syscallMetric, type Tick } from '@ethogram/core';
import { EXPORTED_METRICS, type ExportedMetric } from '@ethogram/report';
import type { TickScore } from '@ethogram/score';

/** A source that has not been seen for so long is no longer exported. */
const FORGET_AFTER_MS = 300_000;

/** What is exported of one source. */
export interface SourceRow extends SourceId {
  /** Counters since the service began, gauges as they are, by name of our metric. */
  readonly values: Map<string, number>;
  score: number | undefined;
  isAnomalous: boolean;
  seenAt: number;
}

/** The sources that are exported: never more than a bound, forgotten when they have gone. */
export class SourceSeries {
  readonly #most: number;
  readonly #rows = new Map<string, SourceRow>();
  #unlisted = 0;

  /** @param most sources at once; those beyond are only counted. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Sources of the last tick that the bound kept out. */
  get unlisted(): number {
    return this.#unlisted;
  }

  rows(): Iterable<SourceRow> {
    return this.#rows.values();
  }

  /** Adds what a tick measured. */
  add(tick: Tick): void {
    this.#unlisted = 0;
    for (const [key, row] of this.#rows) {
      if (tick.ts - row.seenAt > FORGET_AFTER_MS) this.#rows.delete(key);
    }
    // Host and devices first in what is kept: there are few of them, and they explain the rest.
    for (const sample of [...tick.samples].sort((a, b) => compareSources(b, a))) {
      const row = this.#row(sample, tick.ts);
      if (!row) continue;
      for (const exported of BY_KIND.get(sample.kind)?.values() ?? []) {
        if (exported.type === 'counter' && !row.values.has(exported.metric)) {
          row.values.set(exported.metric, 0);
        }
      }
      for (const [metric, value] of sample.values) this.#count(row, metric, value);
    }
  }

  /** Takes the scores of a tick; a source that it says nothing of has none. */
  score(tick: TickScore): void {
    this.clearScores();
    for (const { source, score, anomalous } of tick.sources) {
      const row = this.#rows.get(source);
      if (!row) continue;
      row.score = score;
      row.isAnomalous = anomalous;
    }
  }

  /** Forgets the scores. */
  clearScores(): void {
    for (const row of this.#rows.values()) {
      row.score = undefined;
      row.isAnomalous = false;
    }
  }

  #row({ kind, name }: SourceId, ts: number): SourceRow | undefined {
    const key = sourceKey({ kind, name });
    let row = this.#rows.get(key);
    if (!row) {
      if (this.#rows.size >= this.#most) {
        this.#unlisted++;
        return undefined;
      }
      row = { kind, name, values: new Map(), score: undefined, isAnomalous: false, seenAt: ts };
      this.#rows.set(key, row);
    }
    row.seenAt = ts;
    return row;
  }

  #count(row: SourceRow, metric: string, value: number): void {
    const call = row.kind === 'process' ? syscallMetric(metric) : undefined;
    const name = call ? `syscall.${call.what}` : metric;
    const exported = BY_KIND.get(row.kind)?.get(name);
    if (!exported) return;
    const before = exported.type === 'counter' ? (row.values.get(name) ?? 0) : 0;
    row.values.set(name, before + value);
  }
}

const BY_KIND: ReadonlyMap<string, ReadonlyMap<string, ExportedMetric>> = new Map(
  [...new Set(EXPORTED_METRICS.map(({ kind }) => kind))].map((kind) => [
    kind,
    new Map(EXPORTED_METRICS.filter((m) => m.kind === kind).map((m) => [m.metric, m])),
  ]),
);
