import { sourceKey } from '@ethogram/core';
import type { Model, SourceModel } from '@ethogram/model';
import type { CellValue } from './csv.js';
import { modeText } from './mode-text.js';
import { numberText } from './quantity.js';
import { trainingRecord } from './training-summary.js';
import type { Column, View } from './view.js';

/** The steps of learning that a model keeps, in their order. */
export const STEP_NAMES = ['select', 'clean', 'explore', 'cluster', 'correlate'] as const;

/** One of {@link STEP_NAMES}. */
export type StepName = (typeof STEP_NAMES)[number];

/** A row of a step: what its columns are called depends on the step. */
export type StepRow = Readonly<Record<string, CellValue>>;

/** What a model is, without its weights: `models show -o json`. */
export function modelRecord(model: Model): object {
  const {
    tookMs: _,
    type: __,
    version: ___,
    ...record
  } = {
    ...trainingRecord(model, { tookMs: 0 }),
  } as Record<string, unknown>;
  return {
    type: 'model',
    ...record,
    backends: model.backends,
    seed: model.seed,
    parent: model.parent,
    intervalMs: model.timing.intervalMs,
    contentHash: model.contentHash,
  };
}

/** The result of one step of learning as a list. */
export function stepView(
  model: Model,
  step: StepName,
): { readonly view: View<StepRow>; readonly rows: readonly StepRow[] } {
  const rows = stepRows(model, step);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { view: { columns: names.map(column), record: (row) => row }, rows };
}

function stepRows({ steps, sources }: Model, step: StepName): readonly StepRow[] {
  switch (step) {
    case 'select':
      return [
        ...steps.select.ranking.map(({ source, relevance }) => ({ source, relevance, note: null })),
        ...steps.select.blind.map((family) => ({
          source: family,
          relevance: null,
          note: 'no metric: this backend cannot see it',
        })),
      ];
    case 'clean': {
      const { self, ...counts } = steps.clean;
      return [
        ...Object.entries(counts).map(([what, count]) => ({ what, count, source: null })),
        ...self.map((source) => ({ what: 'own process', count: null, source })),
      ];
    }
    case 'explore':
      return steps.explore;
    case 'cluster':
      return [
        ...steps.cluster.map((row) => ({ ...row, mode: null, share: null, marks: null })),
        ...sources.flatMap(modeRows),
      ];
    case 'correlate':
      return steps.correlate;
  }
}

/** A row for each mode of a source that has more than one. */
function modeRows(source: SourceModel): StepRow[] {
  const { modes } = source;
  if (!modes || modes.share.length < 2) return [];
  return modes.share.map((share, mode) => ({
    source: sourceKey(source),
    view: 'modes',
    centres: modes.of.filter((of) => of === mode).length,
    windows: null,
    mode: mode + 1,
    share,
    marks: modeText(modes, mode),
  }));
}

function column(name: string): Column<StepRow> {
  return {
    name,
    value: (row) => row[name] ?? null,
    text: (row) => {
      const value = row[name] ?? null;
      return typeof value === 'number' ? numberText(value) : String(value ?? '–');
    },
  };
}
