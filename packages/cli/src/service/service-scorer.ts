import type { Block } from '@ethogram/core';
import { type Model, parseModel } from '@ethogram/model';
import type { AnomalyRecord, Scorer, TickScore } from '@ethogram/score';
import type { Store, StoredModel } from '@ethogram/store';
import { CheckpointKeeper } from '../score/checkpoints.js';
import { readFeedback } from '../score/feedback-store.js';
import type { StepMerger } from '../window/step-merger.js';
import { foreignVersion, type ModelOwner, type ModelVersion, scoringVersion } from './own-model.js';
import { scoredIfFine } from './scored-if-fine.js';
import { anomaliesOf, takeUp } from './take-up.js';

/** What a scorer that follows the active model works with. */
export interface ServiceScorerSettings extends ModelOwner {
  readonly store: Store;
  readonly recording: string;
  /** Throws where a model may not be used. */
  readonly vouch: (model: Model) => void;
  /** Told which version is used from now on. */
  readonly onModel: (version: ModelVersion, model: Model) => void;
  /** Told why ticks cannot be scored for now, and with null that they can be again. */
  readonly onPaused: (why: string | null) => void;
  /**
   * Told of an active version that is damaged, may not be used, or was learned on another host; the
   * one before it stays.
   */
  readonly onRefused: (version: ModelVersion, why: string) => void;
}

/** What a scorer says when it takes over. */
export interface TakeOver {
  /** What the store does not know yet. */
  readonly news: readonly TickScore[];
  /** The anomalies of the incidents that were open before {@link news}, oldest first. */
  readonly alarms: readonly AnomalyRecord[];
}

/**
 * Scores with the active version of a model, whichever that is: `refresh` takes over promotions,
 * rollbacks and what people acknowledged. It goes on where the service before it stood, and keeps a
 * checkpoint every hour and when it ends, so that the next one can.
 */
export class ServiceScorer {
  readonly #settings: ServiceScorerSettings;
  readonly #said = new Set<string>();
  readonly #open = new Set<string>();
  #scorer: Scorer | undefined;
  #merger: StepMerger | undefined;
  #keeper: CheckpointKeeper | undefined;
  #scoredTo: number | undefined;
  #used: string | undefined;
  #refused: string | undefined;
  #paused = false;

  constructor(settings: ServiceScorerSettings) {
    this.#settings = settings;
  }

  /** Whether there is a model to score with. */
  get isReady(): boolean {
    return this.#scorer !== undefined;
  }

  /** Whether an incident is open: no time to learn. */
  get hasOpenIncident(): boolean {
    return this.#open.size > 0;
  }

  /** How many incidents are open. */
  get openIncidents(): number {
    return this.#open.size;
  }

  /**
   * Looks for another active version, catching up with what was recorded last, and for feedback.
   * @returns what is to be told, where a version takes over.
   */
  async refresh(nowMs: number): Promise<TakeOver | undefined> {
    const { store, host } = this.#settings;
    let said: TakeOver | undefined;
    const listed = await store.models.list();
    const active = scoringVersion(listed, this.#settings);
    if (!active) this.#refuseForeign(listed);
    else if (![this.#used, this.#refused].includes(referenceOf(active))) {
      const stored = await store.models.get(active.name, active.version);
      if (stored) said = await this.#takeOver(stored, nowMs);
    }
    for (const given of this.#scorer ? await readFeedback(store, host) : []) {
      const key = `${given.anomaly} ${given.at}`;
      if (!this.#said.has(key)) this.#scorer?.acknowledge(given);
      this.#said.add(key);
    }
    return said;
  }

  /** Keeps a checkpoint where it is time: at once where there was none, then every hour of ticks. */
  async keepIfDue(): Promise<void> {
    if (!this.#scorer || this.#scoredTo === undefined) return;
    await this.#keeper?.keepIfDue(this.#scorer, this.#scoredTo);
  }

  /** Keeps a checkpoint of what was scored so far, for the service that comes after. */
  async keep(): Promise<void> {
    if (!this.#scorer || this.#scoredTo === undefined) return;
    await this.#keeper?.keep(this.#scorer, this.#scoredTo);
  }

  /**
   * Scores ticks, merged where the model learned from longer ones; none where there is no model yet,
   * or while they are too coarse for it.
   */
  push(block: Block): readonly TickScore[] {
    const scorer = this.#scorer;
    if (!scorer) return [];
    return (this.#merger?.push(block) ?? []).flatMap((whole) => this.#score(scorer, whole));
  }

  #score(scorer: Scorer, block: Block): readonly TickScore[] {
    const ticks = scoredIfFine(scorer, block);
    if (typeof ticks === 'string') {
      if (!this.#paused) this.#settings.onPaused(ticks);
      this.#paused = true;
      return [];
    }
    if (this.#paused) this.#settings.onPaused(null);
    this.#paused = false;
    this.#scoredTo = block.ts.at(-1) ?? this.#scoredTo;
    this.#count(ticks);
    return ticks;
  }

  #count(ticks: readonly TickScore[]): void {
    for (const { id, state } of ticks.flatMap((tick) => tick.incidents)) {
      if (state === 'open') this.#open.add(id);
      else this.#open.delete(id);
    }
  }

  async #takeOver(stored: StoredModel, nowMs: number): Promise<TakeOver | undefined> {
    const { vouch, onModel } = this.#settings;
    let model: Model;
    try {
      model = parseModel(stored.json);
      vouch(model);
    } catch (failure) {
      this.#refuse(stored, failure instanceof Error ? failure.message : String(failure));
      return undefined;
    }
    this.#refused = undefined;
    const said = await this.#use(model, nowMs);
    this.#used = referenceOf(stored);
    onModel(stored, model);
    return said;
  }

  /** Says that another host's model is not used, where there is none of our own beside it. */
  #refuseForeign(listed: readonly ModelVersion[]): void {
    const { host } = this.#settings;
    const foreign = foreignVersion(listed, this.#settings);
    if (!foreign || this.#refused === referenceOf(foreign)) return;
    this.#refuse(foreign, `expected one learned on ${host}, found one learned on ${foreign.host}`);
  }

  #refuse(version: ModelVersion, why: string): void {
    this.#refused = referenceOf(version);
    this.#settings.onRefused(version, why);
  }

  async #use(model: Model, nowMs: number): Promise<TakeOver> {
    const { store, host, recording } = this.#settings;
    const { scorer, merger, checkpoint, lastTs, open, news } = await takeUp(
      this.#settings,
      model,
      nowMs,
    );
    const alarms = await anomaliesOf({ store, host }, open);
    this.#keeper = new CheckpointKeeper(
      store,
      { host, model: model.id, recording },
      checkpoint ?? 'middle',
    );
    this.#scorer = scorer;
    this.#merger = merger;
    this.#scoredTo = lastTs;
    this.#said.clear();
    this.#open.clear();
    for (const { id } of open) this.#open.add(id);
    this.#count(news);
    return { news, alarms };
  }
}

/** `host@3`, as one writes it. */
function referenceOf({ name, version }: ModelVersion): string {
  return `${name}@${version}`;
}
