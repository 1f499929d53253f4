import { type Block, sourceKey } from '@ethogram/core';
import { HostTracker, SeriesNumbers } from '@ethogram/features';
import type { Model } from '@ethogram/model';
import { checkpointId, openCheckpoint, sealCheckpoint } from './checkpoint.js';
import { Chronicle, type Finding, type Moment } from './chronicle.js';
import { CoarseTicks } from './coarse-ticks.js';
import type { Feedback } from './feedback.js';
import { HostWatch } from './host-watch.js';
import { Losses } from './losses.js';
import { MergedNames } from './merged-names.js';
import { discoveryScore, hostScore } from './multiplicity.js';
import { Newcomers } from './newcomers.js';
import { explainNovelty } from './novelty-reasons.js';
import { type Novelty, NoveltyWatch } from './novelty-watch.js';
import { rounded } from './reasons.js';
import { showsRangesOnly } from './recorded-range.js';
import type { AnomalyRecord, IncidentRecord, Reason, SourceScore, TickScore } from './records.js';
import type { ScorerState } from './scorer-state.js';
import type { QuotedScore } from './source-scorer.js';
import { type Limits, WatchedSource } from './watched-source.js';

/** False discovery rate at which sources that are off together are critical. */
const CRITICAL_FDR = 1e-4;

/** Scores the ticks of one host against one model; see `createScorer`. */
export class HostScorer {
  readonly #model: Pick<Model, 'id' | 'ticks' | 'timing' | 'thresholds'>;
  readonly #tracker: HostTracker;
  readonly #watched: readonly WatchedSource[];
  readonly #byKey: ReadonlyMap<string, WatchedSource>;
  readonly #novelty: NoveltyWatch;
  readonly #newcomers = new Newcomers();
  readonly #losses = new Losses();
  readonly #names: MergedNames;
  readonly #chronicle: Chronicle;
  readonly #host: HostWatch | null;
  readonly #coarse: CoarseTicks;
  #ticks = 0;

  constructor(model: Model) {
    const { id, ticks, timing, thresholds } = model;
    // The model goes once it is unpacked: no closure of this constructor may hold it.
    this.#model = { id, ticks, timing, thresholds };
    this.#names = new MergedNames(timing.intervalMs);
    this.#coarse = new CoarseTicks(timing.intervalMs);
    const numbers = new SeriesNumbers();
    this.#tracker = new HostTracker(model.sources, model.timing, numbers);
    this.#watched = watchedOf(model);
    this.#byKey = new Map(this.#watched.map((watched) => [watched.key, watched]));
    this.#novelty = new NoveltyWatch(model, numbers);
    this.#host = HostWatch.of(model, numbers);
    this.#chronicle = new Chronicle(model, (key) => this.#byKey.get(key)?.now.score ?? 0);
  }

  /** Scores one tick of a block. */
  tick(block: Block, t: number): TickScore {
    this.#coarse.visit(block.intervalNs[t] as number);
    this.#losses.visit(block.lost.get(t) ?? {});
    const { total: lost, hideQuiet: unsure } = this.#losses;
    const moment = { host: block.host, ts: block.ts[t] as number, lost, unsure };
    const missed = this.#tracker.advance(block, t);
    this.#names.visit(block, t);
    for (const watched of missed ? this.#watched : []) watched.missTicks();
    const begins = missed || this.#names.beginAnew;
    for (const { presence } of begins ? this.#watched : []) presence.named = false;
    this.#host?.visit(block, t, unsure);
    this.#chronicle.visit(block, t);
    this.#ticks++;
    this.#applyFeedback(moment);
    this.#newcomers.tick(unsure);
    this.#score(moment);
    const limits = this.#limits();
    const anomalies = [...this.#judgeRates(moment, limits), ...this.#judgePresence(moment)];
    const news = this.#judgeNews(this.#novelty.visit(block, t), moment);
    const together = this.#judgeHost(moment);
    const anomalous = this.#anomalous();
    const unheard = this.#chronicle.closeUnheard(moment, () => this.#unheard());
    const floor = news.length > 0 ? this.#noveltyScore() : 0;
    const scored = this.#watched.filter((watched) => watched.scored);
    return {
      ts: moment.ts,
      host: block.host,
      seq: block.seq[t] as number,
      score: Math.max(
        hostScore([...scored.map(({ now }) => now.evidence), ...(this.#host?.scores() ?? [])]),
        floor,
      ),
      anomalous: anomalous.size > 0,
      incomplete: lost > 0,
      sources: [...this.#sourceScores(anomalous), ...this.#newSources(news)],
      anomalies: [...anomalies, ...news, ...together],
      incidents: this.#chronicle.close(moment, anomalous),
      ...(unheard.length > 0 ? { unheard } : {}),
    };
  }

  /** Takes feedback; it holds from the first tick at or after its time. */
  acknowledge(feedback: Feedback): void {
    this.#chronicle.acknowledge(feedback);
  }

  /** Takes over an incident that another scorer left open. */
  reopen(incident: IncidentRecord): void {
    this.#chronicle.reopen(incident);
  }

  /** Its state as text; records from here on name it. */
  checkpoint(): string {
    const state: ScorerState = {
      ticks: this.#ticks,
      coarse: this.#coarse.state(),
      position: this.#tracker.position,
      trackers: this.#tracker.sources.map((source) => source.state()),
      watched: this.#watched.map((watched) => watched.state()),
      novelty: this.#novelty.state(),
      host: this.#host?.state() ?? null,
      newcomers: this.#newcomers.state(),
      losses: this.#losses.state(),
      seq: this.#names.state(),
      chronicle: this.#chronicle.state(),
    };
    const text = sealCheckpoint(this.#model.id, state);
    this.#chronicle.beginAt(checkpointId(text));
    return text;
  }

  /** Takes up a checkpoint of the same model; the scorer must be fresh. */
  resume(text: string): void {
    const state: ScorerState = openCheckpoint(this.#model.id, text);
    this.#ticks = state.ticks;
    this.#coarse.resume(state.coarse);
    this.#tracker.position = state.position;
    for (const [i, tracker] of this.#tracker.sources.entries()) {
      const saved = state.trackers[i];
      if (!saved) continue;
      for (const [k, array] of tracker.state().arrays.entries()) array.set(saved.arrays[k] ?? []);
      tracker.resume(saved.counters);
    }
    for (const [i, watched] of this.#watched.entries()) {
      const saved = state.watched[i];
      if (!saved) continue;
      watched.resume(saved);
      const tracker = this.#tracker.sources[i];
      if (tracker) tracker.frozen = watched.rates.open;
    }
    this.#novelty.resume(state.novelty);
    if (state.host) this.#host?.resume(state.host);
    this.#newcomers.resume(state.newcomers);
    this.#losses.resume(state.losses);
    this.#names.resume(state.seq);
    this.#chronicle.resume(state.chronicle);
    this.#chronicle.beginAt(checkpointId(text));
  }

  /** Mutes what is open and was acknowledged in the meantime, or takes that back. */
  #applyFeedback(moment: Moment): void {
    for (const { word, muted } of this.#chronicle.due(moment.ts)) {
      const { source, kinds } = word;
      const watched = this.#byKey.get(source);
      if (kinds.includes('absent')) watched?.absence.mute(muted);
      else if (kinds.includes('novel')) {
        watched?.novelty.mute(muted);
        this.#newcomers.mute(source, muted);
      } else {
        watched?.rates.mute(muted);
        this.#host?.mute(source, muted);
      }
      if (muted && word.until !== null && this.#unheard().has(source)) {
        this.#chronicle.noteUnheard(moment, word, watched?.now.score ?? 0);
      }
    }
  }

  /** Scores the row that every source has just closed. */
  #score(moment: Moment): void {
    const { timing, thresholds } = this.#model;
    const due = this.#ticks % timing.calibrationTicks === 0;
    for (const [i, watched] of this.#watched.entries()) {
      const tracker = this.#tracker.sources[i];
      if (!tracker) continue;
      watched.score(tracker);
      if (due) watched.step(moment.ts, thresholds.warn, moment.lost > 0);
    }
    this.#host?.step(moment.ts, moment.lost > 0);
  }

  /** From which score a source is off in this tick, and critically so. */
  #limits(): Limits {
    const scores = this.#watched.filter(({ scored }) => scored).map(({ now }) => now.score);
    const { warn, critical } = this.#model.thresholds;
    return { warn, critical: Math.max(discoveryScore(scores, CRITICAL_FDR), critical) };
  }

  #judgeRates(moment: Moment, limits: Limits): AnomalyRecord[] {
    const bursts = this.#host?.bursts(moment.ts, this.#model.thresholds);
    return this.#watched.flatMap((watched, i) => {
      const tracker = this.#tracker.sources[i];
      const burst = bursts?.has(watched.key) ?? false;
      const seen = { burst, unsure: moment.unsure };
      const found = tracker ? watched.judge(tracker, moment.ts, limits, seen) : null;
      if (tracker) tracker.frozen = watched.rates.open;
      if (watched.rates.open) this.#chronicle.goesOn(watched.key, watched.now.score);
      if (!found) return [];
      const finding = { ...found, source: watched.model, now: watched.now, parents: [] };
      return this.#write(moment, finding, () => watched.rates.mute());
    });
  }

  /** What the host as a whole shows beyond what its sources tell themselves. */
  #judgeHost(moment: Moment): AnomalyRecord[] {
    if (!this.#host) return [];
    const explained = (key: string): boolean => {
      const watched = this.#byKey.get(key);
      return watched !== undefined && (watched.rates.open || watched.absence.open);
    };
    const some = this.#newcomers.someOpen || this.#watched.some(({ open }) => open);
    return this.#host
      .judge(moment.ts, this.#model.thresholds, { some, of: explained })
      .flatMap(({ mute, ...finding }) => this.#write(moment, { ...finding, parents: [] }, mute));
  }

  #judgePresence(moment: Moment): AnomalyRecord[] {
    const seconds = this.#model.timing.intervalMs / 1000;
    return this.#watched.flatMap((watched, i) => {
      watched.novelty.push(false, moment.unsure);
      const active = this.#tracker.sources[i]?.activeNow ?? false;
      const hidden = moment.unsure || this.#names.hides(watched.presence);
      if (!watched.misses(active, hidden)) return [];
      const reason: Reason = {
        metric: 'process.silence.seconds',
        actual: rounded(watched.presence.silence * seconds),
        expected: [0, rounded(watched.model.longestSilence * seconds)],
        contribution: 1,
        firstSeen: false,
      };
      const finding: Finding = {
        source: watched.model,
        now: this.#beyondTraining(watched.model.ticks),
        severity: 'warning',
        kinds: ['absent'],
        reasons: [reason],
        parents: [],
      };
      return this.#write(moment, finding, () => watched.absence.mute());
    });
  }

  /**
   * What is new in a tick, the likeliest cause first: a program that was started by a source which
   * never started one; then, among programs that nobody known started, the one that works most,
   * since shells and wrappers wait for what they run; then spawners before the spawned.
   */
  #judgeNews(news: readonly Novelty[], moment: Moment): AnomalyRecord[] {
    return this.#chronicle
      .spawnersFirst(news)
      .map((novelty) => {
        const parents = this.#chronicle.parentsOf(novelty.source);
        return { novelty, parents, foreign: parents.some((key) => this.#neverSpawned(key)) };
      })
      .sort(
        (a, b) =>
          Number(b.foreign) - Number(a.foreign) ||
          (a.foreign ? 0 : b.novelty.workNs - a.novelty.workNs),
      )
      .flatMap(({ novelty, parents, foreign }) => {
        const key = sourceKey(novelty.source);
        const alarm = novelty.newSource
          ? this.#newcomers.alarmOf(key)
          : this.#byKey.get(key)?.novelty;
        if (alarm?.raise() === false) return [];
        const linked = novelty.items.some((item) => item.startsWith('link:'));
        const finding: Finding = {
          source: novelty.source,
          now: this.#beyondTraining(this.#model.ticks),
          severity: foreign ? 'critical' : 'warning',
          kinds: linked ? ['novel', 'link'] : ['novel'],
          reasons: explainNovelty(novelty),
          parents,
        };
        return this.#write(moment, finding, () => alarm?.mute());
      });
  }

  /** Writes a finding down, or mutes its alarm where it was acknowledged. */
  #write(moment: Moment, finding: Finding, mute: () => void): AnomalyRecord[] {
    const record = this.#chronicle.write(moment, finding);
    if (record) return [record];
    mute();
    return [];
  }

  /** Whether a learned source never started another program in training. */
  #neverSpawned(parent: string): boolean {
    const known = this.#byKey.get(parent)?.model.known;
    return known !== undefined && !known.links.some((link) => link.startsWith('fork>'));
  }

  #anomalous(): Set<string> {
    const known = this.#watched.filter(({ heard }) => heard).map(({ key }) => key);
    return new Set([...known, ...this.#newcomers.heard(), ...(this.#host?.heard() ?? [])]);
  }

  /** Keys of the sources of which something is open that nobody is told of. */
  #unheard(): Set<string> {
    const known = this.#watched.filter(({ unheard }) => unheard).map(({ key }) => key);
    return new Set([...known, ...this.#newcomers.unheard(), ...(this.#host?.unheard() ?? [])]);
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

  #newSources(news: readonly AnomalyRecord[]): readonly SourceScore[] {
    return news
      .map(({ source, score }) => ({ source: sourceKey(source), score, p: null, anomalous: true }))
      .filter(({ source }) => !this.#byKey.has(source));
  }

  /** How to quote what never happened in so many ticks of training. */
  #beyondTraining(ticks: number): QuotedScore {
    return { score: this.#noveltyScore(), p: null, pBelow: this.#smallestP(ticks) };
  }

  /** What never happened in training: at least as odd as what opens an alarm. */
  #noveltyScore(): number {
    return Math.max(this.#model.thresholds.warn, -Math.log10(this.#smallestP(this.#model.ticks)));
  }

  #smallestP(ticks: number): number {
    return 1 / (Math.floor(ticks / this.#model.timing.calibrationTicks) + 1);
  }
}

function watchedOf(model: Model): readonly WatchedSource[] {
  return model.sources.map((source) => new WatchedSource(source, showsRangesOnly(model, source)));
}
