import type { Block } from '@ethogram/core';
import { type Model, parseModel } from '@ethogram/model';
import type { AnomalyRecord, Scorer, TickScore } from '@ethogram/score';
import type { Store, StoredModel } from '@ethogram/store';
import { CheckpointKeeper } from '../score/checkpoints.js';
import { readFeedback } from '../score/feedback-store.js';
import type { StepMerger } from '../window/step-merger.js';
import { scoredIfFine } from './scored-if-fine.js';
import { anomaliesOf, takeUp } from './take-up.js';

/** What a scorer that follows the active model works with. */
export interface ServiceScorerSettings {
  readonly store: Store;
  /** Name of the model in the store. */
  readonly name: string;
  readonly host: string;
  readonly recording: string;
  /** Throws where a model may not be used. */
  readonly vouch: (model: Model) => void;
  /** Told which version is used from now on. */
  readonly onModel: (version: number, model: Model) => void;
  /** Told why ticks cannot be scored for now, and with null that they can be again. */
  readonly onPaused: (why: string | null) => void;
  /** Told of an active version that is damaged or may not be used; the one before it stays. */
  readonly onRefused: (version: number, why: string) => void;
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
  #version: number | undefined;
  #refused: number | undefined;
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
    const { store, name } = this.#settings;
    let said: TakeOver | undefined;
    const listed = await store.models.list();
    const active = listed.find((model) => model.name === name && model.state === 'active');
    if (active && active.version !== this.#version && active.version !== this.#refused) {
      const stored = await store.models.get(name, active.version);
      if (stored) said = await this.#takeOver(stored, nowMs);
    }
    for (const given of this.#scorer ? await readFeedback(store) : []) {
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

  async #takeOver({ version, json }: StoredModel, nowMs: number): Promise<TakeOver | undefined> {
    const { vouch, onModel, onRefused } = this.#settings;
    let model: Model;
    try {
      model = parseModel(json);
      vouch(model);
    } catch (failure) {
      this.#refused = version;
      onRefused(version, failure instanceof Error ? failure.message : String(failure));
      return undefined;
    }
    this.#refused = undefined;
    const said = await this.#use(model, nowMs);
    this.#version = version;
    onModel(version, model);
    return said;
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
