import type { Clock, Tick } from '@ethogram/core';
import type { Model, Regime } from '@ethogram/model';
import type { Severity, TickScore } from '@ethogram/score';
import type { AppendResult } from '@ethogram/store';
import type { LearnerOutcome } from '../service/learner.js';
import { SourceSeries } from './source-series.js';

/** What waits for the store. */
interface Waiting {
  readonly waiting: number;
  readonly dropped: number;
}

/** Without a tick for so long, or for so many intervals, the service has stopped measuring. */
const SILENT_MS = 60_000;
const SILENT_INTERVALS = 10;
/** Causes of loss are a fixed set of the collector; the bound is for a collector that is not ours. */
const MOST_CAUSES = 32;

/** The model that scores. */
export interface ActiveModel {
  readonly name: string;
  readonly version: number;
  readonly id: string;
  readonly regime: Regime;
  readonly warn: number;
  readonly critical: number;
}

/** Whether the service does what it is for. */
export interface Health {
  /** False where a restart may help: nothing was measured for too long. */
  readonly isLive: boolean;
  /** Whether ticks come and reach the store. */
  readonly isReady: boolean;
  /** Whether ticks are scored: there is a model, and they are fine enough for it. */
  readonly isScoring: boolean;
  readonly reason: string;
}

/** What the service has done so far, for `/metrics` and the health checks. */
export class ServiceState {
  readonly sources: SourceSeries;
  readonly lost = new Map<string, number>();
  readonly anomalies = new Map<Severity, number>([
    ['warning', 0],
    ['critical', 0],
  ]);
  ticks = 0;
  sourcesByKind: ReadonlyMap<string, number> = new Map();
  intervalMs: number;
  lastTickMs: number | undefined;
  hostScore: number | undefined;
  openIncidents = 0;
  model: ActiveModel | undefined;
  /** Why ticks are recorded and not scored although there is a model; null where they are. */
  pausedFor: string | null = null;
  stored = 0;
  eventsDropped = 0;
  readonly trainings = new Map<LearnerOutcome, number>([
    ['active', 0],
    ['candidate', 0],
    ['failed', 0],
  ]);
  lastTrainingMs: number | undefined;
  /** Whether the config file was good when it was last read. */
  isConfigGood = true;
  #inStore = { buffered: 0, dropped: 0 };
  #before = { waiting: 0, dropped: 0 };
  readonly #clock: Clock;
  readonly #startedNs: bigint;
  #tickNs: bigint | undefined;

  /** @param settings `maxSources` bounds the label `source`. */
  constructor(settings: {
    readonly clock: Clock;
    readonly intervalMs: number;
    readonly maxSources: number;
  }) {
    this.#clock = settings.clock;
    this.#startedNs = settings.clock.monotonicNs();
    this.intervalMs = settings.intervalMs;
    this.sources = new SourceSeries(settings.maxSources);
  }

  /** Ticks that wait in memory. */
  get buffered(): number {
    return this.#inStore.buffered + this.#before.waiting;
  }

  /** Ticks that never reached the store. */
  get dropped(): number {
    return this.#inStore.dropped + this.#before.dropped;
  }

  /** Notes a tick that was taken. */
  took(tick: Tick): void {
    this.ticks++;
    this.#tickNs = this.#clock.monotonicNs();
    this.lastTickMs = tick.ts;
    this.intervalMs = tick.intervalNs / 1e6;
    const byKind = new Map<string, number>();
    for (const { kind } of tick.samples) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
    this.sourcesByKind = byKind;
    for (const [cause, count] of Object.entries(tick.lost)) {
      const name = this.lost.has(cause) || this.lost.size < MOST_CAUSES ? cause : 'other';
      this.lost.set(name, (this.lost.get(name) ?? 0) + count);
    }
    this.sources.add(tick);
  }

  /** Notes what the store said of a tick. */
  appended({ stored, buffered = 0, dropped }: AppendResult): void {
    this.stored += stored;
    this.#inStore = { buffered, dropped: dropped ?? this.#inStore.dropped };
  }

  /** Notes what waits before the store, and what never got there. */
  waits(ticks: Waiting, events: Pick<Waiting, 'dropped'>): void {
    this.#before = { waiting: ticks.waiting, dropped: ticks.dropped };
    this.eventsDropped = events.dropped;
  }

  /** Notes what became of a training. */
  learned(outcome: LearnerOutcome): void {
    this.trainings.set(outcome, (this.trainings.get(outcome) ?? 0) + 1);
    this.lastTrainingMs = this.#clock.nowMs();
  }

  /** Notes whether a config file that was read again was taken over. */
  reloaded(isGood: boolean): void {
    this.isConfigGood = isGood;
  }

  /** Notes what a tick meant, and how many incidents are open after it. */
  scored(tick: TickScore, openIncidents: number): void {
    this.hostScore = tick.score;
    this.openIncidents = openIncidents;
    this.sources.score(tick);
    for (const { severity } of tick.anomalies) {
      this.anomalies.set(severity, (this.anomalies.get(severity) ?? 0) + 1);
    }
  }

  /** Notes that another model scores from now on. */
  uses(version: number, { name, id, regime, thresholds }: Model): void {
    const { warn, critical } = thresholds;
    this.model = { name, version, id, regime, warn, critical };
    this.hostScore = undefined;
    this.openIncidents = 0;
    this.sources.clearScores();
  }

  /** Notes why ticks are not scored for now, and with null that they are again. */
  paused(why: string | null): void {
    this.pausedFor = why;
    if (why === null) return;
    // A score of before would stand there as if it were that of now.
    this.hostScore = undefined;
    this.sources.clearScores();
  }

  /** Whether ticks are scored: there is a model, and they are fine enough for it. */
  get isScoring(): boolean {
    return this.model !== undefined && this.pausedFor === null;
  }

  health(): Health {
    const { isScoring } = this;
    const silentMs = Number(this.#clock.monotonicNs() - (this.#tickNs ?? this.#startedNs)) / 1e6;
    if (silentMs > Math.max(SILENT_MS, SILENT_INTERVALS * this.intervalMs)) {
      const reason = `no tick for ${Math.round(silentMs / 1_000)} s`;
      return { isLive: false, isReady: false, isScoring, reason };
    }
    if (this.ticks === 0) {
      return { isLive: true, isReady: false, isScoring, reason: 'no tick yet' };
    }
    if (this.buffered > 0) {
      const reason = `the store cannot be reached, ${this.buffered} ticks wait in memory`;
      return { isLive: true, isReady: false, isScoring, reason };
    }
    if (this.stored === 0) {
      return { isLive: true, isReady: false, isScoring, reason: 'no tick stored yet' };
    }
    return { isLive: true, isReady: true, isScoring, reason: this.#doing() };
  }

  #doing(): string {
    if (this.model === undefined) return 'recording, no model yet';
    if (this.pausedFor === null) return 'recording and scoring';
    return `recording, not scoring: ${this.pausedFor}`;
  }
}
