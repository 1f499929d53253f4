import { identityOf } from './identity.js';
import type { Edge } from './neighbourhood.js';
import type { AnomalyKind, IncidentRecord, Severity } from './records.js';

/** Quiet time after which an incident is over, in ticks: two faults that close are one story. */
const QUIET_TICKS = 10;
/** Anomalies that begin so soon after an incident belong to it: one moment, one story. */
const SAME_MOMENT_MS = 10_000;
/** Suspects named, at most. */
const MOST_SUSPECTS = 10;

/** A source's part in an incident. */
export interface Suspect {
  readonly source: string;
  score: number;
  readonly since: number;
  readonly kinds: AnomalyKind[];
}

/** An incident as it is held. */
export interface OpenIncident {
  readonly id: string;
  readonly start: number;
  end: number;
  severity: Severity;
  quiet: number;
  changed: boolean;
  readonly suspects: Suspect[];
  /** Sources named beside a suspect: what they show next belongs here too. */
  readonly linked: string[];
}

/** Groups anomalies of one source, of neighbouring sources and of the same moment into incidents. */
export class IncidentBook {
  readonly #model: string;
  readonly #neighbours: ReadonlyMap<string, readonly Edge[]>;
  #open: OpenIncident[] = [];
  /** Of another scorer, and not begun yet. */
  #awaited: OpenIncident[] = [];

  constructor(model: string, neighbours: ReadonlyMap<string, readonly Edge[]>) {
    this.#model = model;
    this.#neighbours = neighbours;
  }

  /**
   * Notes an anomaly and returns the incident that it belongs to.
   * @param related sources that it is linked to right now, whose incident it joins.
   */
  note(
    anomaly: {
      readonly host: string;
      readonly ts: number;
      readonly source: string;
      readonly score: number;
      readonly severity: Severity;
      readonly kinds: readonly AnomalyKind[];
    },
    related: readonly string[] = [],
  ): OpenIncident {
    const near = new Set([
      anomaly.source,
      ...related,
      ...(this.#neighbours.get(anomaly.source) ?? []).map((edge) => edge.key),
    ]);
    let incident = this.#open.find(
      ({ suspects, linked, start }) =>
        Math.abs(anomaly.ts - start) <= SAME_MOMENT_MS ||
        linked.includes(anomaly.source) ||
        suspects.some((s) => near.has(s.source)),
    );
    if (!incident) {
      incident = {
        id: identityOf(this.#model, anomaly.host, anomaly.ts, anomaly.source),
        start: anomaly.ts,
        end: anomaly.ts,
        severity: anomaly.severity,
        quiet: 0,
        changed: true,
        suspects: [],
        linked: [],
      };
      this.#open.push(incident);
    }
    incident.changed = true;
    for (const key of related) if (!incident.linked.includes(key)) incident.linked.push(key);
    if (anomaly.severity === 'critical') incident.severity = 'critical';
    const suspect = incident.suspects.find((s) => s.source === anomaly.source);
    if (suspect) {
      suspect.score = Math.max(suspect.score, anomaly.score);
      for (const kind of anomaly.kinds) if (!suspect.kinds.includes(kind)) suspect.kinds.push(kind);
    } else {
      const { source, score, ts, kinds } = anomaly;
      incident.suspects.push({ source, score, since: ts, kinds: [...kinds] });
    }
    return incident;
  }

  /** Notes the score of a source that is part of an open incident; the largest stays. */
  raise(source: string, score: number): void {
    for (const { suspects } of this.#open) {
      const suspect = suspects.find((s) => s.source === source);
      if (suspect) suspect.score = Math.max(suspect.score, score);
    }
  }

  /** Whether none is open. */
  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** Has those that are open told again with the end of this tick. */
  repeat(): void {
    for (const incident of this.#open) incident.changed = true;
  }

  /** Takes over an incident that another scorer left open; it is open from its first tick on. */
  reopen(record: IncidentRecord): void {
    this.#awaited.push({
      id: record.id,
      start: Date.parse(record.start),
      end: Date.parse(record.end),
      severity: record.severity,
      quiet: 0,
      changed: false,
      suspects: record.suspects.map((suspect) => ({
        ...suspect,
        since: Date.parse(suspect.since),
        kinds: [...suspect.kinds],
      })),
      linked: [],
    });
  }

  /** Begins a tick: incidents that were taken over and began by now are open. */
  begin(ts: number): void {
    if (this.#awaited.length === 0) return;
    const known = new Set(this.#open.map(({ id }) => id));
    this.#open.push(...this.#awaited.filter(({ id, start }) => start <= ts && !known.has(id)));
    this.#awaited = this.#awaited.filter(({ start }) => start > ts);
  }

  /**
   * Ends a tick: incidents without an anomalous source grow quiet and close.
   * @param at `unsure`: whether quiet proves nothing in this tick.
   * @returns those that opened, changed or closed.
   */
  close(
    { host, ts, unsure }: { readonly host: string; readonly ts: number; readonly unsure: boolean },
    anomalous: ReadonlySet<string>,
  ): readonly IncidentRecord[] {
    const records: IncidentRecord[] = [];
    this.#open = this.#open.filter((incident) => {
      if (incident.suspects.some((s) => anomalous.has(s.source))) {
        incident.end = ts;
        incident.quiet = 0;
      } else if (!unsure) {
        incident.quiet++;
      }
      const over = incident.quiet >= QUIET_TICKS;
      if (incident.changed || over) records.push(this.#record(incident, host, over));
      incident.changed = false;
      return !over;
    });
    return records;
  }

  state(): readonly OpenIncident[] {
    return [...this.#open, ...this.#awaited];
  }

  resume(open: readonly OpenIncident[]): void {
    this.#open = structuredClone([...open]);
  }

  #record(incident: OpenIncident, host: string, over: boolean): IncidentRecord {
    return {
      type: 'incident',
      id: incident.id,
      host,
      state: over ? 'closed' : 'open',
      severity: incident.severity,
      start: new Date(incident.start).toISOString(),
      end: new Date(incident.end).toISOString(),
      model: this.#model,
      suspects: [...incident.suspects]
        .sort((a, b) => this.#rank(a, b))
        .slice(0, MOST_SUSPECTS)
        .map(({ source, score, since, kinds }) => ({
          source,
          score,
          since: new Date(since).toISOString(),
          kinds: [...kinds],
        })),
    };
  }

  /** What is new in kind first, then who acts on whom where both began together, then the score. */
  #rank(a: Suspect, b: Suspect): number {
    const novel = Number(b.kinds.includes('novel')) - Number(a.kinds.includes('novel'));
    if (novel !== 0) return novel;
    const upstream = Number(this.#actsOn(b, a)) - Number(this.#actsOn(a, b));
    if (upstream !== 0 && Math.abs(a.score - b.score) < 1) return upstream;
    // What began in one tick stays in the order in which it was noted: spawners before the spawned.
    return b.score - a.score || a.since - b.since;
  }

  #actsOn(a: Suspect, b: Suspect): boolean {
    return (this.#neighbours.get(b.source) ?? []).some(
      (edge) => edge.key === a.source && edge.upstream,
    );
  }
}
