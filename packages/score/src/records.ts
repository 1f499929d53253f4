import type { SourceId } from '@ethogram/core';
import type { Regime } from '@ethogram/model';

/** What an anomaly is seen by. */
export const ANOMALY_KINDS = [
  'level',
  'shape',
  'slow',
  'forecast',
  'joint',
  'mix',
  'distribution',
  'link',
  'novel',
  'absent',
  'relation',
] as const;

/** See {@link ANOMALY_KINDS}. */
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** How urgent it is. */
export type Severity = 'warning' | 'critical';

/** One factor of an anomaly. */
export interface Reason {
  readonly metric: string;
  /** The value now: rate per second for counters. */
  readonly actual: number;
  /** The range recorded in training. */
  readonly expected: readonly [number, number];
  /** Share of the anomaly that it makes up, 0 … 1. */
  readonly contribution: number;
  /** Whether training never showed it at all. */
  readonly firstSeen: boolean;
}

/** A source that depends on the anomalous one, or it on that. */
export interface Neighbour {
  /** Key of the source: `process:redis`. */
  readonly source: string;
  /** Its score now. */
  readonly score: number;
  /** Strength of the edge, 0 … 1. */
  readonly edge: number;
}

/** One anomaly, as docs/cli.md describes the record. Written when it opens and when it worsens. */
export interface AnomalyRecord {
  readonly type: 'anomaly';
  readonly ts: string;
  readonly host: string;
  readonly source: SourceId;
  readonly score: number;
  readonly p: number | null;
  readonly pBelow?: number;
  readonly severity: Severity;
  readonly kinds: readonly AnomalyKind[];
  readonly regime: Regime;
  readonly incident: string;
  readonly id: string;
  readonly model: string;
  /**
   * Id of the checkpoint that a replay takes up to repeat this record; null where it begins with the
   * model's own calibration.
   */
  readonly checkpoint: string | null;
  /** What was lost in this tick, over all causes. */
  readonly lost: number;
  readonly reasons: readonly Reason[];
  readonly neighbours: readonly Neighbour[];
}

/** Anomalies that belong together, as they stand now. */
export interface IncidentRecord {
  readonly type: 'incident';
  readonly id: string;
  readonly host: string;
  readonly state: 'open' | 'closed';
  readonly severity: Severity;
  readonly start: string;
  /** Last tick at which one of its anomalies was on. */
  readonly end: string;
  readonly model: string;
  /** Who may have caused it, most likely first; the first is the suggestion. */
  readonly suspects: readonly {
    readonly source: string;
    readonly score: number;
    readonly since: string;
    readonly kinds: readonly AnomalyKind[];
  }[];
}

/** What one tick means for one source. */
export interface SourceScore {
  /** Key of the source. */
  readonly source: string;
  /**
   * −log10 of p by the calibration of training alone, continued by the tail, or what the last steps
   * add up to where that is more; 0 while warming up or asleep. {@link p} learns from what it sees.
   */
  readonly score: number;
  readonly p: number | null;
  readonly anomalous: boolean;
}

/** What one tick means. */
export interface TickScore {
  readonly ts: number;
  readonly host: string;
  readonly seq: number;
  /** Score of the host as a whole, from the scores of its sources; 0 while warming up. */
  readonly score: number;
  readonly anomalous: boolean;
  /** Whether something was lost, so that quiet proves nothing. */
  readonly incomplete: boolean;
  readonly sources: readonly SourceScore[];
  readonly anomalies: readonly AnomalyRecord[];
  /** Incidents that opened, changed or closed with this tick, or are open at the turn of a half hour. */
  readonly incidents: readonly IncidentRecord[];
  /**
   * What goes on although nobody is told of it, since it was acknowledged as expected until a time:
   * what opened, changed or closed with this tick, or is open at the turn of a minute.
   */
  readonly unheard?: readonly IncidentRecord[];
}
