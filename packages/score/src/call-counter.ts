import { type Block, sourceKey } from '@ethogram/core';
import { seriesRole } from '@ethogram/features';
import type { SourceModel } from '@ethogram/model';

/** Counts the commonest system calls of learned sources, in the places of their models. */
export class CallCounter {
  readonly #index: ReadonlyMap<string, number>;
  readonly #models: readonly SourceModel[];
  readonly #counts: readonly number[][];
  #block: Block | undefined;
  #places: readonly (readonly [number, number] | null)[] = [];

  constructor(models: readonly SourceModel[]) {
    this.#models = models;
    this.#index = new Map(models.map((model, i) => [sourceKey(model), i]));
    this.#counts = models.map((model) => model.calls.map(() => 0));
  }

  /** Adds the calls of a tick. */
  visit(block: Block, t: number): void {
    if (block !== this.#block) this.#enter(block);
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const place = this.#places[block.seriesIndex[at] as number];
      if (!place) continue;
      const counts = this.#counts[place[0]] as number[];
      counts[place[1]] = (counts[place[1]] as number) + (block.values[at] as number);
    }
  }

  /** Counts of the calls of one model, in its order. */
  of(model: number): readonly number[] {
    return this.#counts[model] ?? [];
  }

  #enter(block: Block): void {
    this.#block = block;
    this.#places = block.series.map((series) => {
      const source = block.sources[series.source];
      const index = source ? this.#index.get(sourceKey(source)) : undefined;
      if (!source || index === undefined) return null;
      const role = seriesRole(source.kind, series);
      if (role.role !== 'call' || role.what !== 'calls') return null;
      const call = this.#models[index]?.calls.indexOf(role.call) ?? -1;
      return call >= 0 ? ([index, call] as const) : null;
    });
  }
}
