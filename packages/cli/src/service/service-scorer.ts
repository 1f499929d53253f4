import type { Block } from '@ethogram/core';
import { type Model, parseModel } from '@ethogram/model';
import type { Scorer, TickScore } from '@ethogram/score';
import type { Store, StoredModel } from '@ethogram/store';
import { readFeedback } from '../score/feedback-store.js';

/** Fewest milliseconds of ticks that a scorer is warmed up with. */
const WARM_UP_MS = 600_000;

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
  /** Told of an active version that is damaged or may not be used; the one before it stays. */
  readonly onRefused: (version: number, why: string) => void;
}

/**
 * Scores with the active version of a model, whichever that is: `refresh` takes over promotions,
 * rollbacks and what people acknowledged.
 */
export class ServiceScorer {
  readonly #settings: ServiceScorerSettings;
  readonly #said = new Set<string>();
  readonly #open = new Set<string>();
  #scorer: Scorer | undefined;
  #version: number | undefined;
  #refused: number | undefined;

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

  /** Looks for another active version, warming up with what was recorded last, and for feedback. */
  async refresh(nowMs: number): Promise<void> {
    const { store, name } = this.#settings;
    const listed = await store.models.list();
    const active = listed.find((model) => model.name === name && model.state === 'active');
    if (active && active.version !== this.#version && active.version !== this.#refused) {
      const stored = await store.models.get(name, active.version);
      if (stored) await this.#takeOver(stored, nowMs);
    }
    for (const given of this.#scorer ? await readFeedback(store) : []) {
      const said = `${given.anomaly} ${given.at}`;
      if (!this.#said.has(said)) this.#scorer?.acknowledge(given);
      this.#said.add(said);
    }
  }

  /** Scores ticks; none where there is no model yet. */
  push(block: Block): readonly TickScore[] {
    const ticks = this.#scorer?.push(block) ?? [];
    for (const { id, state } of ticks.flatMap((tick) => tick.incidents)) {
      if (state === 'open') this.#open.add(id);
      else this.#open.delete(id);
    }
    return ticks;
  }

  async #takeOver({ version, json }: StoredModel, nowMs: number): Promise<void> {
    const { vouch, onModel, onRefused } = this.#settings;
    let model: Model;
    try {
      model = parseModel(json);
      vouch(model);
    } catch (failure) {
      this.#refused = version;
      onRefused(version, failure instanceof Error ? failure.message : String(failure));
      return;
    }
    this.#refused = undefined;
    await this.#use(model, nowMs);
    this.#version = version;
    onModel(version, model);
  }

  async #use(model: Model, nowMs: number): Promise<void> {
    const { store, host, recording } = this.#settings;
    const { createScorer } = await import('@ethogram/score');
    const { historyRows, rowTicks, intervalMs } = model.timing;
    const lengthMs = Math.max(WARM_UP_MS, 2 * historyRows * rowTicks * intervalMs);
    const range = { from: nowMs - lengthMs, to: Number.MAX_SAFE_INTEGER };
    const scorer = createScorer(model);
    for await (const block of store.samples.read({ host, recording, range })) scorer.push(block);
    this.#scorer = scorer;
    this.#said.clear();
    this.#open.clear();
  }
}
