import type { TimeRange } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import type { ReadQuery, StepMs, Store } from '@ethogram/store';

/** Lengths to which the store merges ticks. */
const STEPS: readonly StepMs[] = [10_000, 60_000];
/** How far the ticks of a model may be from such a length, as a share. */
const NEAR = 0.05;
/** Shorter than this share of the step, a tick is one to merge. */
const FINER = 0.5;

/** The length to which finer ticks are merged for a model; none where it learned from other ticks. */
export function stepOf({ timing }: Pick<Model, 'timing'>): StepMs | undefined {
  return stepNear(timing.intervalMs);
}

/** The length to which the store merges ticks that a length is, about; none where it is neither. */
export function stepNear(lengthMs: number): StepMs | undefined {
  return STEPS.find((step) => Math.abs(lengthMs - step) <= NEAR * step);
}

/** Whether a tick of so many milliseconds is one to merge into a step. */
export function isFinerThan(lengthMs: number, stepMs: StepMs): boolean {
  return lengthMs < FINER * stepMs;
}

/**
 * The query that reads a window in ticks as long as those that a model learned from, so that raw
 * ticks give what their tier gives, byte for byte: a model of ticks of 10 s or a minute reads finer
 * ones merged, always over whole intervals. Other models read ticks as they were recorded.
 * @param query with its range; @param after nothing of the interval that this instant, milliseconds
 *   UTC, lies in is read: it was scored.
 */
export async function inStepsOfModel(
  { samples }: Pick<Store, 'samples'>,
  query: ReadQuery & { readonly range: TimeRange },
  model: Pick<Model, 'timing'>,
  after?: number,
): Promise<ReadQuery> {
  const from = Math.max(query.range.from, after === undefined ? query.range.from : after + 1);
  const stepMs = stepOf(model);
  if (stepMs === undefined) return { ...query, range: { from, to: query.range.to } };
  const ends = (await samples.recordings())
    .filter(({ name, host }) => name === (query.recording ?? name) && host === (query.host ?? host))
    .map((info) => info.to + 1);
  // Retention merges what is old: where there are finer ticks, they are at the end.
  const to = Math.min(query.range.to, Math.max(...ends));
  const last = { from: Math.max(from, to - 3 * stepMs), to };
  const isFiner = await holdsFiner(samples, { ...query, range: last }, stepMs);
  const begun = after === undefined ? 0 : Math.floor(after / stepMs) * stepMs + stepMs;
  const range = {
    from: Math.max(begun, Math.floor(from / stepMs) * stepMs),
    to: Math.ceil(query.range.to / stepMs) * stepMs,
  };
  return { ...query, range, ...(isFiner ? { stepMs } : {}) };
}

async function holdsFiner(
  samples: Store['samples'],
  query: ReadQuery,
  stepMs: StepMs,
): Promise<boolean> {
  for await (const { intervalNs } of samples.read(query)) {
    if (intervalNs.some((ns) => isFinerThan(ns / 1e6, stepMs))) return true;
  }
  return false;
}
