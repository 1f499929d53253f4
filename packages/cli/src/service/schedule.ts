import { Cron } from 'croner';
import { z } from 'zod';
import type { ValueKind } from '../options/option.js';

/** When a model is learned, and from what. */
export interface Schedule {
  /** After how much recording the first model is learned, and how often after that. */
  readonly firstAfterMs: number;
  readonly everyMs: number;
  /** Times of the day, week or month at which a model is learned instead; cron, local time. */
  readonly at: string | undefined;
  /** How often it is looked whether the host has drifted away from the model; 0 is never. */
  readonly driftEveryMs: number;
  /** How much of the recording is learned from, at most. */
  readonly windowMs: number;
  /** Further arguments of `train`. */
  readonly more: readonly string[];
}

/** A pattern of cron with five or six fields, such as `0 3 * * *`. */
export const cronPattern: ValueKind<string> = Object.freeze({
  value: 'CRON',
  schema: z.string().transform((text, context): string => {
    try {
      if (new Cron(text, { paused: true }).nextRun() !== null) return text;
    } catch {
      // Told below, as for a pattern that never comes true.
    }
    context.issues.push({
      code: 'custom',
      message: 'expected a pattern of cron that comes true, such as "0 3 * * *"',
      input: text,
    });
    return z.NEVER;
  }),
});

/**
 * When to learn again after a training.
 * @param lastMs when the last model was learned, ms UTC.
 */
export function dueAfter(lastMs: number, { at, everyMs }: Schedule): number {
  if (at === undefined) return lastMs + everyMs;
  const next = new Cron(at, { paused: true }).nextRun(new Date(lastMs));
  return next?.getTime() ?? Number.POSITIVE_INFINITY;
}
