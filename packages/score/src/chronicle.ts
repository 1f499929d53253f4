import { type Block, type SourceId, sourceKey } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { expectedBy, type Feedback, isExpected, latestWords } from './feedback.js';
import { identityOf } from './identity.js';
import { IncidentBook, type OpenIncident } from './incidents.js';
import { LiveLinks, type LivePair } from './live-links.js';
import { type Edge, neighbourhood } from './neighbourhood.js';
import { rounded } from './reasons.js';
import type {
  AnomalyKind,
  AnomalyRecord,
  IncidentRecord,
  Neighbour,
  Reason,
  Severity,
} from './records.js';
import type { QuotedScore } from './source-scorer.js';

const MOST_NEIGHBOURS = 5;
/** Generations of spawners that are told apart. */
const MOST_DEPTH = 8;
/** How long a link without traffic still brings sources together, ms. */
const LINK_MEMORY_MS = 60_000;
/** How often it is said of what goes on unheard that it does, ms. */
const REPEAT_MS = 60_000;
/** How often it is said of an incident that it is still open, ms: who reads it later knows until when. */
const STILL_OPEN_MS = 1_800_000;

/** The tick that something is written about. */
export interface Moment {
  readonly host: string;
  readonly ts: number;
  /** What was lost in it, over all causes. */
  readonly lost: number;
  /** Whether quiet proves nothing in it, since counts were lost. */
  readonly unsure: boolean;
}

/** A word that begins to hold, and whether what it is about is muted from then on. */
interface DueWord {
  readonly word: Feedback;
  readonly muted: boolean;
}

/** Something to write down. */
export interface Finding {
  readonly source: SourceId;
  readonly now: QuotedScore;
  readonly severity: Severity;
  readonly kinds: readonly AnomalyKind[];
  readonly reasons: readonly Reason[];
  /** Keys of the sources that spawned it. */
  readonly parents: readonly string[];
}

/** Writes anomalies down: who is next to them, which incident they belong to, and who was told to expect them. */
export class Chronicle {
  readonly #model: Pick<Model, 'id' | 'regime'>;
  readonly #scoreOf: (key: string) => number;
  readonly #edges: ReadonlyMap<string, readonly Edge[]>;
  readonly #incidents: IncidentBook;
  /** What goes on although nobody is told, since it was acknowledged as expected until a time. */
  readonly #unheard: IncidentBook;
  readonly #intervalMs: number;
  readonly #links: LiveLinks;
  readonly #feedback: Feedback[] = [];
  /** Feedback whose time has not come yet. */
  #pending: Feedback[] = [];
  #checkpoint: string | null = null;

  /** @param scoreOf the score now of a source, by key. */
  constructor(model: Model, scoreOf: (key: string) => number) {
    this.#model = { id: model.id, regime: model.regime };
    this.#scoreOf = scoreOf;
    this.#edges = neighbourhood(model);
    this.#incidents = new IncidentBook(model.id, this.#edges);
    this.#unheard = new IncidentBook(model.id, this.#edges);
    this.#intervalMs = model.timing.intervalMs;
    this.#links = new LiveLinks(Math.ceil(LINK_MEMORY_MS / model.timing.intervalMs));
  }

  /** Begins a tick: takes its links. */
  visit(block: Block, t: number): void {
    this.#incidents.begin(block.ts[t] as number);
    this.#links.visit(block, t);
  }

  /** Takes over an incident that another scorer left open. */
  reopen(incident: IncidentRecord): void {
    this.#incidents.reopen(incident);
  }

  /** Takes feedback; it holds from the first tick at or after its time. The same twice is once. */
  acknowledge(feedback: Feedback): void {
    if (this.#feedback.some((word) => isSame(word, feedback))) return;
    this.#feedback.push(feedback);
    this.#pending.push(feedback);
  }

  /**
   * What was said and holds from this tick on, where it is the latest word on its anomaly: what is
   * muted, or is so no longer, since the word that muted it was taken back and no other mutes it.
   */
  due(ts: number): readonly DueWord[] {
    if (this.#pending.length === 0) return [];
    const due = this.#pending.filter(({ at }) => at <= ts);
    if (due.length === 0) return [];
    this.#pending = this.#pending.filter(({ at }) => at > ts);
    return latestWords(this.#feedback, ts)
      .filter((word) => due.some((one) => isSame(one, word)))
      .flatMap((word): readonly DueWord[] => {
        if (isExpected([word], word, ts)) return [{ word, muted: true }];
        const isTakenBack = this.#wasExpected(word) && !isExpected(this.#feedback, word, ts);
        return isTakenBack ? [{ word, muted: false }] : [];
      });
  }

  /** Keys of the sources that spawned this one lately. */
  parentsOf(source: SourceId): readonly string[] {
    return this.#links.parentsOf(source);
  }

  /** Brings what is told of several sources at once into the order of who spawned whom. */
  spawnersFirst<About extends { readonly source: SourceId }>(all: readonly About[]): About[] {
    const parents = new Map(
      all.map(({ source }) => [sourceKey(source), this.#links.parentsOf(source)]),
    );
    const depth = (key: string, left: number): number => {
      const known = (parents.get(key) ?? []).filter(
        (parent) => parent !== key && parents.has(parent),
      );
      return known.length === 0 || left === 0
        ? 0
        : 1 + Math.max(...known.map((parent) => depth(parent, left - 1)));
    };
    return all
      .map((about) => ({ about, depth: depth(sourceKey(about.source), MOST_DEPTH) }))
      .sort((a, b) => a.depth - b.depth)
      .map(({ about }) => about);
  }

  /** Writes an anomaly down; null where it was acknowledged as expected. */
  write(moment: Moment, finding: Finding): AnomalyRecord | null {
    const { id: model, regime } = this.#model;
    const { host, ts, lost } = moment;
    const { source, now, severity, kinds, reasons, parents } = finding;
    const key = sourceKey(source);
    const metrics = reasons.map(({ metric }) => metric);
    const word = expectedBy(this.#feedback, { source: key, kinds, metrics }, ts);
    if (word) {
      if (word.until !== null) this.noteUnheard(moment, word, now.score);
      return null;
    }
    const quotes = regime !== 'provisional';
    const incident = this.#incidents.note(
      { host, ts, source: key, score: now.score, severity, kinds },
      this.#links.linkedTo(source),
    );
    return {
      type: 'anomaly',
      ts: new Date(ts).toISOString(),
      host,
      source: { kind: source.kind, name: source.name },
      score: rounded(now.score),
      p: quotes && now.p !== null ? rounded(now.p) : null,
      ...(quotes && now.pBelow !== null ? { pBelow: rounded(now.pBelow) } : {}),
      severity,
      kinds,
      regime,
      incident: incident.id,
      id: identityOf(model, host, ts, key, kinds[0] ?? ''),
      model,
      checkpoint: this.#checkpoint,
      lost,
      reasons,
      neighbours: this.#neighbours(key, parents),
    };
  }

  /** From here on records name this checkpoint as the one to replay them from. */
  beginAt(checkpoint: string): void {
    this.#checkpoint = checkpoint;
  }

  /** Notes that a source of an open incident is still off, and how far. */
  goesOn(key: string, score: number): void {
    this.#incidents.raise(key, score);
  }

  /** Ends a tick: the incidents that opened, changed, closed, or are said again since they last. */
  close(moment: Moment, anomalous: ReadonlySet<string>): readonly IncidentRecord[] {
    if (moment.ts % STILL_OPEN_MS < this.#intervalMs) this.#incidents.repeat();
    return this.#incidents.close(moment, anomalous);
  }

  /**
   * Notes that what was acknowledged as expected until a time is on.
   * @param score of the source now.
   */
  noteUnheard({ host, ts }: Moment, { source, kinds }: Feedback, score: number): void {
    this.#unheard.note({ host, ts, source, score, severity: 'warning', kinds });
  }

  /**
   * Ends a tick: what goes on unheard that began, changed, closed, or is said again since it lasts.
   * @param keys gives the keys of the sources of which something is open that nobody is told of.
   */
  closeUnheard(moment: Moment, keys: () => ReadonlySet<string>): readonly IncidentRecord[] {
    if (this.#unheard.isEmpty) return [];
    if (moment.ts % REPEAT_MS < this.#intervalMs) this.#unheard.repeat();
    return this.#unheard.close(moment, keys());
  }

  /** Its state, for a checkpoint. */
  state(): ChronicleState {
    return {
      feedback: this.#feedback,
      pending: this.#pending,
      links: this.#links.state(),
      incidents: this.#incidents.state(),
      unheard: this.#unheard.state(),
    };
  }

  resume(state: ChronicleState): void {
    this.#feedback.push(...state.feedback);
    this.#pending.push(...state.pending);
    this.#links.resume(state.links);
    this.#incidents.resume(state.incidents);
    this.#unheard.resume(state.unheard ?? []);
  }

  /** Whether the word before this one, on the same anomaly, muted it. */
  #wasExpected({ anomaly, at }: Feedback): boolean {
    const before = this.#feedback.filter((word) => word.anomaly === anomaly && word.at < at);
    return latestWords(before)[0]?.verdict === 'expected';
  }

  /** Neighbours in the graph with their scores now: parents, then by the strength of the edge. */
  #neighbours(key: string, parents: readonly string[]): readonly Neighbour[] {
    const known = (this.#edges.get(key) ?? []).filter((edge) => !parents.includes(edge.key));
    return [...parents.map((parent) => ({ key: parent, strength: 1 })), ...known]
      .slice(0, MOST_NEIGHBOURS)
      .map((edge) => ({
        source: edge.key,
        score: rounded(this.#scoreOf(edge.key)),
        edge: rounded(edge.strength),
      }));
  }
}

/** See {@link Chronicle.state}. */
export interface ChronicleState {
  readonly feedback: readonly Feedback[];
  readonly pending: readonly Feedback[];
  readonly links: { readonly tick: number; readonly pairs: readonly LivePair[] };
  readonly incidents: readonly OpenIncident[];
  /** Not in checkpoints of before it was followed. */
  readonly unheard?: readonly OpenIncident[];
}

/** Whether two are the same word, one of them out of a checkpoint perhaps. */
function isSame(a: Feedback, b: Feedback): boolean {
  return a.anomaly === b.anomaly && a.at === b.at && a.verdict === b.verdict;
}
