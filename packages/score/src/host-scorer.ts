import { type Block, type SourceId, sourceKey } from '@ethogram/core';
import { HostTracker } from '@ethogram/features';
import type { Model, SourceModel } from '@ethogram/model';
import { Alarm, type AlarmState } from './alarm.js';
import { openCheckpoint, sealCheckpoint } from './checkpoint.js';
import { scoreErrors } from './errors.js';
import { type Feedback, isExpected } from './feedback.js';
import { identityOf } from './identity.js';
import { IncidentBook, type OpenIncident } from './incidents.js';
import { LiveLinks, type LivePair } from './live-links.js';
import { discoveryScore, hostScore } from './multiplicity.js';
import { type Edge, neighbourhood } from './neighbourhood.js';
import { type Novelty, type NoveltyState, NoveltyWatch } from './novelty-watch.js';
import { PresenceWatch } from './presence-watch.js';
import { explainRates, rounded } from './reasons.js';
import type {
  AnomalyKind,
  AnomalyRecord,
  Neighbour,
  Reason,
  Severity,
  SourceScore,
  TickScore,
} from './records.js';
import {
  type QuotedScore,
  type RateScore,
  SourceScorer,
  type SourceScorerState,
} from './source-scorer.js';
import { Story, type StoryState } from './story.js';

/** False discovery rate at which sources that are off together are critical. */
const CRITICAL_FDR = 1e-4;
/** Ticks in a row that are far too long before scoring is refused. */
const COARSE_TICKS = 30;
const COARSE_FACTOR = 2.5;
const MOST_NEIGHBOURS = 5;
/** Time for which an alarm is held by the recording alone. */
const LONGEST_HOLD_MS = 86_400_000;
/** How long a link without traffic still brings sources together, ms. */
const LINK_MEMORY_MS = 60_000;
/** New sources whose alarm is followed at once. */
const MOST_NEWCOMERS = 256;

/** One learned source and what watches it. */
interface Watched {
  readonly key: string;
  readonly model: SourceModel;
  readonly scorer: SourceScorer;
  readonly presence: PresenceWatch;
  readonly rates: Alarm;
  readonly novelty: Alarm;
  readonly absence: Alarm;
  readonly story: Story;
  severity: Severity;
  /** Until when the recording alone may hold the alarm of rates, ms UTC. */
  holdUntil: number;
  now: RateScore;
}

/** Scores the ticks of one host against one model; see `createScorer`. */
export class HostScorer {
  readonly #model: Model;
  readonly #tracker: HostTracker;
  readonly #watched: readonly Watched[];
  readonly #byKey: ReadonlyMap<string, Watched>;
  readonly #novelty: NoveltyWatch;
  readonly #edges: ReadonlyMap<string, readonly Edge[]>;
  readonly #incidents: IncidentBook;
  readonly #links: LiveLinks;
  readonly #newcomers = new Map<string, Alarm>();
  readonly #feedback: Feedback[] = [];
  /** Feedback whose time has not come yet. */
  #pending: Feedback[] = [];
  #ticks = 0;
  #coarse = 0;

  constructor(model: Model) {
    this.#model = model;
    this.#tracker = new HostTracker(model.sources, model.timing);
    this.#watched = model.sources.map((source) => ({
      key: sourceKey(source),
      model: source,
      scorer: new SourceScorer(source),
      presence: new PresenceWatch(source),
      rates: new Alarm(),
      novelty: new Alarm(),
      absence: new Alarm(),
      story: new Story(),
      severity: 'warning',
      holdUntil: 0,
      now: { score: 0, p: null, pBelow: null, recorded: 0, evidence: 0 },
    }));
    this.#byKey = new Map(this.#watched.map((watched) => [watched.key, watched]));
    this.#novelty = new NoveltyWatch(model);
    this.#edges = neighbourhood(model);
    this.#incidents = new IncidentBook(model.id, this.#edges);
    this.#links = new LiveLinks(Math.ceil(LINK_MEMORY_MS / model.timing.intervalMs));
  }

  /** Scores one tick of a block. */
  tick(block: Block, t: number): TickScore {
    this.#refuseCoarse(block, t);
    this.#tracker.advance(block, t);
    this.#links.visit(block, t);
    this.#ticks++;
    this.#applyFeedback(block.ts[t] as number);
    const lost = Object.values(block.lost.get(t) ?? {}).reduce((sum, count) => sum + count, 0);
    const anomalies: AnomalyRecord[] = [];
    const context = { block, t, lost, anomalies };
    const scored = this.#scoreRates(block.ts[t] as number, lost > 0);
    const critical = discoveryScore(scored, CRITICAL_FDR);
    for (const [i, watched] of this.#watched.entries()) this.#judge(watched, i, critical, context);
    const news = this.#novelty.visit(block, t);
    const fresh = this.#judgeNews(news, context);
    const anomalous = this.#anomalous();
    const floor = fresh.length > 0 ? this.#noveltyScore() : 0;
    return {
      ts: block.ts[t] as number,
      host: block.host,
      seq: block.seq[t] as number,
      score: Math.max(hostScore(this.#evidence()), floor),
      anomalous: anomalous.size > 0,
      incomplete: lost > 0,
      sources: [...this.#sourceScores(anomalous), ...fresh],
      anomalies,
      incidents: this.#incidents.close(block.host, block.ts[t] as number, anomalous),
    };
  }

  /** Takes feedback; it holds from the first tick at or after its time. The same twice is once. */
  acknowledge(feedback: Feedback): void {
    const { anomaly, at, verdict } = feedback;
    const has = (f: Feedback): boolean =>
      f.anomaly === anomaly && f.at === at && f.verdict === verdict;
    if (this.#feedback.some(has)) return;
    this.#feedback.push(feedback);
    this.#pending.push(feedback);
  }

  checkpoint(): string {
    return sealCheckpoint(this.#model.id, {
      feedback: this.#feedback,
      pending: this.#pending,
      ticks: this.#ticks,
      coarse: this.#coarse,
      position: this.#tracker.position,
      trackers: this.#tracker.sources.map((source) => source.state()),
      watched: this.#watched.map((watched) => ({
        scorer: watched.scorer.state(),
        silence: watched.presence.silence,
        alarms: [watched.rates.state(), watched.novelty.state(), watched.absence.state()],
        severity: watched.severity,
        story: watched.story.state(),
        holdUntil: watched.holdUntil,
      })),
      novelty: this.#novelty.state(),
      links: this.#links.state(),
      newcomers: [...this.#newcomers].map(([key, alarm]) => [key, alarm.state()] as const),
      incidents: this.#incidents.state(),
    });
  }

  /** Takes up a checkpoint of the same model; the scorer must be fresh. */
  resume(text: string): void {
    const state: ScorerState = openCheckpoint(this.#model.id, text);
    this.#feedback.push(...state.feedback);
    this.#pending.push(...state.pending);
    this.#ticks = state.ticks;
    this.#coarse = state.coarse;
    this.#tracker.position = state.position;
    for (const [i, tracker] of this.#tracker.sources.entries()) {
      const saved = state.trackers[i];
      if (!saved) continue;
      for (const [k, array] of tracker.state().arrays.entries()) {
        array.set(saved.arrays[k] ?? []);
      }
      tracker.resume(saved.counters);
    }
    for (const [i, watched] of this.#watched.entries()) {
      const saved = state.watched[i];
      if (!saved) continue;
      watched.scorer.resume(saved.scorer);
      watched.presence.silence = saved.silence;
      watched.rates.resume(saved.alarms[0]);
      watched.novelty.resume(saved.alarms[1]);
      watched.absence.resume(saved.alarms[2]);
      watched.severity = saved.severity;
      watched.story.resume(saved.story);
      watched.holdUntil = saved.holdUntil;
    }
    this.#novelty.resume(state.novelty);
    this.#links.resume(state.links);
    for (const [key, saved] of state.newcomers) {
      const alarm = new Alarm();
      alarm.resume(saved);
      this.#newcomers.set(key, alarm);
    }
    this.#incidents.resume(state.incidents);
  }

  /** Mutes what is open and was acknowledged in the meantime. */
  #applyFeedback(ts: number): void {
    if (this.#pending.length === 0) return;
    for (const given of this.#pending) {
      if (given.at > ts || given.verdict !== 'expected') continue;
      const watched = this.#byKey.get(given.source);
      if (given.kinds.includes('absent')) watched?.absence.mute();
      else if (given.kinds.includes('novel')) {
        watched?.novelty.mute();
        this.#newcomers.get(given.source)?.mute();
      } else watched?.rates.mute();
    }
    this.#pending = this.#pending.filter(({ at }) => at > ts);
  }

  /** Scores every source's rates; returns the scores of those that have one. */
  #scoreRates(ts: number, incomplete: boolean): readonly number[] {
    const { calibrationTicks } = this.#model.timing;
    const scores: number[] = [];
    for (const [i, watched] of this.#watched.entries()) {
      const tracker = this.#tracker.sources[i];
      if (!tracker) continue;
      watched.now = watched.scorer.score(tracker);
      if (watched.now.p !== null || watched.now.pBelow !== null) scores.push(watched.now.score);
      if (this.#ticks % calibrationTicks !== 0) continue;
      watched.scorer.remember(watched.now.recorded >= this.#model.thresholds.warn);
      if (incomplete) continue;
      const { open } = watched.rates;
      watched.scorer.learn(!open ? 'calm' : ts < watched.holdUntil ? 'held' : 'alarmed');
    }
    return scores;
  }

  /** Opens and closes the alarms of rates and presence of one learned source. */
  #judge(watched: Watched, index: number, critical: number, context: TickContext): void {
    const { warn } = this.#model.thresholds;
    const { score } = watched.now;
    const tracker = this.#tracker.sources[index];
    if (!tracker) return;
    // A lasting fault becomes usual to p, and its alarm stays while the recording would call it
    // odd; for a day, and only where the recording still held when it began.
    const ts = context.block.ts[context.t] as number;
    const held = watched.rates.open && watched.now.recorded >= warn && ts < watched.holdUntil;
    const off = score >= warn || held;
    const opened = watched.rates.push(off);
    if (opened) watched.holdUntil = watched.scorer.outgrown ? ts : ts + LONGEST_HOLD_MS;
    const severity: Severity =
      score >= Math.max(critical, this.#model.thresholds.critical) ? 'critical' : 'warning';
    const worsened =
      watched.rates.open && severity === 'critical' && watched.severity === 'warning';
    if (watched.rates.open && off) {
      this.#incidents.of(watched.key)?.suspects.forEach((suspect) => {
        if (suspect.source === watched.key) suspect.score = Math.max(suspect.score, score);
      });
    }
    const { worst } = watched.scorer;
    if (watched.rates.open && off && worst) {
      const reasons = explainRates(watched.model, tracker, worst);
      const turned = watched.story.turns(reasons, watched.now.recorded);
      if (opened || worsened || turned) {
        watched.severity = severity;
        watched.story.tell(reasons, watched.now.recorded);
        const kinds = watched.scorer.kinds();
        const why = { reasons, related: [] };
        const record = this.#record(context, watched.model, watched.now, severity, kinds, why);
        if (!record) watched.rates.mute();
      }
    }
    if (!watched.rates.open) {
      watched.severity = 'warning';
      watched.story.end();
    }
    const away = watched.presence.push(tracker.activeNow);
    if (!away) watched.absence.push(false);
    else if (watched.absence.raise()) this.#recordAbsence(watched, context);
    watched.novelty.push(false);
  }

  #recordAbsence(watched: Watched, context: TickContext): void {
    const intervalS = this.#model.timing.intervalMs / 1000;
    const smallest = this.#smallestP(watched.model.ticks);
    const reason: Reason = {
      metric: 'process.silence.seconds',
      actual: rounded(watched.presence.silence * intervalS),
      expected: [0, rounded(watched.model.longestSilence * intervalS)],
      contribution: 1,
      firstSeen: false,
    };
    const record = this.#record(
      context,
      watched.model,
      { score: this.#noveltyScore(), p: null, pBelow: smallest },
      'warning',
      ['absent'],
      { reasons: [reason], related: [] },
    );
    if (!record) watched.absence.mute();
  }

  #judgeNews(news: readonly Novelty[], context: TickContext): SourceScore[] {
    for (const alarm of this.#newcomers.values()) alarm.push(false);
    for (const [key, alarm] of this.#newcomers) if (!alarm.open) this.#newcomers.delete(key);
    const scores: SourceScore[] = [];
    for (const novelty of news) {
      const key = sourceKey(novelty.source);
      const parents = this.#links.parentsOf(novelty.source);
      const alarm = this.#alarmOf(key, novelty.newSource);
      if (alarm?.raise() === false) continue;
      const kinds: AnomalyKind[] = ['novel'];
      if (novelty.items.some((item) => item.startsWith('link:'))) kinds.push('link');
      const now = {
        score: this.#noveltyScore(),
        p: null,
        pBelow: this.#smallestP(this.#model.ticks),
      };
      const severity: Severity = parents.some((parent) => this.#neverSpawned(parent))
        ? 'critical'
        : 'warning';
      const record = this.#record(context, novelty.source, now, severity, kinds, {
        reasons: noveltyReasons(novelty),
        related: parents,
      });
      if (!record) alarm?.mute();
      else if (novelty.newSource) {
        scores.push({ source: key, score: record.score, p: null, anomalous: true });
      }
    }
    return scores;
  }

  #alarmOf(key: string, newSource: boolean): Alarm | undefined {
    if (!newSource) return this.#byKey.get(key)?.novelty;
    let alarm = this.#newcomers.get(key);
    if (!alarm && this.#newcomers.size < MOST_NEWCOMERS) {
      alarm = new Alarm();
      this.#newcomers.set(key, alarm);
    }
    return alarm;
  }

  /** Whether a learned source never started another program in training. */
  #neverSpawned(parent: string): boolean {
    const known = this.#byKey.get(parent)?.model.known;
    return known !== undefined && !known.links.some((link) => link.startsWith('fork>'));
  }

  /** Writes an anomaly down, unless it was acknowledged as expected. */
  #record(
    context: TickContext,
    source: SourceId,
    now: QuotedScore,
    severity: Severity,
    kinds: readonly AnomalyKind[],
    why: { readonly reasons: readonly Reason[]; readonly related: readonly string[] },
  ): AnomalyRecord | null {
    const { block, t } = context;
    const key = sourceKey(source);
    const ts = block.ts[t] as number;
    const metrics = why.reasons.map(({ metric }) => metric);
    if (isExpected(this.#feedback, { source: key, kinds, metrics }, ts)) return null;
    const provisional = this.#model.regime === 'provisional';
    const incident = this.#incidents.note(
      { host: block.host, ts, source: key, score: now.score, severity, kinds },
      this.#links.linkedTo(source),
    );
    const record: AnomalyRecord = {
      type: 'anomaly',
      ts: new Date(ts).toISOString(),
      host: block.host,
      source: { kind: source.kind, name: source.name },
      score: rounded(now.score),
      p: provisional || now.p === null ? null : rounded(now.p),
      ...(provisional || now.pBelow === null ? {} : { pBelow: rounded(now.pBelow) }),
      severity,
      kinds,
      regime: this.#model.regime,
      incident: incident.id,
      id: identityOf(this.#model.id, block.host, ts, key, kinds[0] ?? ''),
      model: this.#model.id,
      lost: context.lost,
      reasons: why.reasons,
      neighbours: this.#neighbours(key, why.related),
    };
    context.anomalies.push(record);
    return record;
  }

  /** Neighbours in the graph that score now, the strongest edges first, parents before all. */
  #neighbours(key: string, parents: readonly string[]): readonly Neighbour[] {
    const known = (this.#edges.get(key) ?? []).map((edge) => ({
      source: edge.key,
      edge: edge.strength,
    }));
    const first = parents.map((source) => ({ source, edge: 1 }));
    return [...first, ...known.filter(({ source }) => !parents.includes(source))]
      .slice(0, MOST_NEIGHBOURS)
      .map(({ source, edge }) => ({
        source,
        score: rounded(this.#byKey.get(source)?.now.score ?? 0),
        edge: rounded(edge),
      }));
  }

  #anomalous(): Set<string> {
    const keys = new Set<string>();
    for (const watched of this.#watched) {
      if (watched.rates.heard || watched.novelty.heard || watched.absence.heard) {
        keys.add(watched.key);
      }
    }
    for (const [key, alarm] of this.#newcomers) if (alarm.heard) keys.add(key);
    return keys;
  }

  /** Evidence of the sources that have a score now. */
  #evidence(): readonly number[] {
    return this.#watched
      .filter(({ now }) => now.p !== null || now.pBelow !== null)
      .map(({ now }) => now.evidence);
  }

  #sourceScores(anomalous: ReadonlySet<string>): readonly SourceScore[] {
    return this.#watched
      .filter(({ model }) => !model.self)
      .map(({ key, now }) => ({
        source: key,
        score: now.evidence,
        p: now.p,
        anomalous: anomalous.has(key),
      }));
  }

  /** What never happened in training: at least as odd as what opens an alarm. */
  #noveltyScore(): number {
    return Math.max(this.#model.thresholds.warn, -Math.log10(this.#smallestP(this.#model.ticks)));
  }

  #smallestP(ticks: number): number {
    return 1 / (Math.floor(ticks / this.#model.timing.calibrationTicks) + 1);
  }

  #refuseCoarse(block: Block, t: number): void {
    const ms = (block.intervalNs[t] as number) / 1e6;
    this.#coarse = ms > COARSE_FACTOR * this.#model.timing.intervalMs ? this.#coarse + 1 : 0;
    if (this.#coarse >= COARSE_TICKS) {
      throw scoreErrors.make(
        'SCORE-1003',
        `ticks: expected about ${this.#model.timing.intervalMs} ms, found ${ms} ms`,
      );
    }
  }
}

interface TickContext {
  readonly block: Block;
  readonly t: number;
  readonly lost: number;
  readonly anomalies: AnomalyRecord[];
}

interface ScorerState {
  readonly feedback: readonly Feedback[];
  readonly pending: readonly Feedback[];
  readonly ticks: number;
  readonly coarse: number;
  readonly position: { readonly boot: string; readonly ts: number };
  readonly trackers: readonly {
    readonly counters: readonly number[];
    readonly arrays: readonly (Float64Array | Uint8Array)[];
  }[];
  readonly watched: readonly {
    readonly scorer: SourceScorerState;
    readonly silence: number;
    readonly alarms: readonly [AlarmState, AlarmState, AlarmState];
    readonly severity: Severity;
    readonly story: StoryState;
    readonly holdUntil: number;
  }[];
  readonly novelty: NoveltyState;
  readonly links: { readonly tick: number; readonly pairs: readonly LivePair[] };
  readonly newcomers: readonly (readonly [string, AlarmState])[];
  readonly incidents: readonly OpenIncident[];
}

function noveltyReasons(novelty: Novelty): readonly Reason[] {
  const items = novelty.items.length > 0 ? novelty.items : ['source'];
  return items.slice(0, 5).map((item, i) => ({
    metric: metricOf(item),
    actual: rounded(novelty.values[i] ?? 1),
    expected: [0, 0],
    contribution: rounded(1 / Math.min(5, items.length)),
    firstSeen: true,
  }));
}

/** `call:openat` → `syscall.openat.calls`; a new source without calls shows its start. */
function metricOf(item: string): string {
  if (item.startsWith('call:')) return `syscall.${item.slice(5)}.calls`;
  if (item.startsWith('error:')) return `syscall.${item.slice(6)}.errors`;
  return item === 'source' ? 'process.starts' : item;
}
