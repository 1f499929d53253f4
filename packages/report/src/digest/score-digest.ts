import type { AnomalyRecord, IncidentRecord, TickScore } from '@ethogram/score';
import type { TimeBins } from './time-bins.js';

const MOST_SOURCES = 600;
const MOST_ANOMALIES = 1_000;

/** The largest score of each bin of one source. */
export interface SourceScores {
  readonly source: string;
  readonly worst: number;
  /** NaN where nothing was scored. */
  readonly scores: Float64Array;
  /** 1 where the source was anomalous. */
  readonly anomalous: Uint8Array;
}

/** What scoring a recording gave. */
export interface ScoreView {
  readonly host: SourceScores;
  /** Worst first. */
  readonly sources: readonly SourceScores[];
  readonly anomalies: readonly AnomalyRecord[];
  readonly anomaliesLeftOut: number;
  /** As they stood at last, in order of their start. */
  readonly incidents: readonly IncidentRecord[];
  readonly ticks: number;
  readonly anomalousTicks: number;
  /** Ticks in which something was lost, so that quiet proves nothing. */
  readonly incompleteTicks: number;
}

/** Adds scored ticks up into what a page shows, in bounded memory. */
export class ScoreDigest {
  readonly #bins: TimeBins;
  readonly #host: ScoreTally;
  readonly #sources = new Map<string, ScoreTally>();
  readonly #anomalies: AnomalyRecord[] = [];
  #anomaliesLeftOut = 0;
  readonly #incidents = new Map<string, IncidentRecord>();
  #ticks = 0;
  #anomalousTicks = 0;
  #incompleteTicks = 0;

  constructor(bins: TimeBins) {
    this.#bins = bins;
    this.#host = tally(bins);
  }

  push(tick: TickScore): void {
    const bin = this.#bins.at(tick.ts - 1);
    this.#ticks++;
    if (tick.anomalous) this.#anomalousTicks++;
    if (tick.incomplete) this.#incompleteTicks++;
    note(this.#host, bin, tick.score, tick.anomalous);
    for (const { source, score, anomalous } of tick.sources) {
      let into = this.#sources.get(source);
      if (!into) {
        if (this.#sources.size >= MOST_SOURCES) continue;
        into = tally(this.#bins);
        this.#sources.set(source, into);
      }
      note(into, bin, score, anomalous);
    }
    for (const anomaly of tick.anomalies) {
      if (this.#anomalies.length < MOST_ANOMALIES) this.#anomalies.push(anomaly);
      else this.#anomaliesLeftOut++;
    }
    for (const incident of tick.incidents) {
      if (this.#incidents.size < MOST_ANOMALIES || this.#incidents.has(incident.id)) {
        this.#incidents.set(incident.id, incident);
      }
    }
  }

  view(): ScoreView {
    return {
      host: { source: 'host', ...this.#host },
      sources: [...this.#sources]
        .map(([source, scores]) => ({ source, ...scores }))
        .sort((a, b) => b.worst - a.worst || (a.source < b.source ? -1 : 1)),
      anomalies: this.#anomalies,
      anomaliesLeftOut: this.#anomaliesLeftOut,
      incidents: [...this.#incidents.values()].sort((a, b) => (a.start < b.start ? -1 : 1)),
      ticks: this.#ticks,
      anomalousTicks: this.#anomalousTicks,
      incompleteTicks: this.#incompleteTicks,
    };
  }
}

type ScoreTally = { -readonly [K in keyof Omit<SourceScores, 'source'>]: SourceScores[K] };

function tally(bins: TimeBins): ScoreTally {
  return {
    worst: 0,
    scores: new Float64Array(bins.count).fill(Number.NaN),
    anomalous: new Uint8Array(bins.count),
  };
}

function note(into: ScoreTally, bin: number, score: number, anomalous: boolean): void {
  const before = into.scores[bin] as number;
  if (!(before >= score)) into.scores[bin] = score;
  if (anomalous) into.anomalous[bin] = 1;
  into.worst = Math.max(into.worst, score);
}
