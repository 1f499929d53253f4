import type { SourceId } from '../source.js';

/** One row of a distribution as a tracer prints it. */
export interface PrintedBucket {
  /**
   * `below`: values under `at`; `above`: values from `at` on; `within`: the bucket that holds
   * `at` and, where it is known, reaches to `to`.
   */
  readonly side: 'below' | 'within' | 'above';
  readonly at: number;
  readonly to?: number;
  readonly count: number;
}

/** One aggregation for one key as a tracer prints it. */
export interface PrintedAggregation {
  /** Without the `@`; empty for the anonymous one, and always for DTrace, which prints none. */
  readonly name: string;
  readonly keys: readonly string[];
  /** A number, or the rows of a distribution, ascending. */
  readonly result: number | readonly PrintedBucket[];
}

/** What a line of a tracer's output may say. */
export type TraceItem =
  | { readonly kind: 'aggregation'; readonly aggregation: PrintedAggregation }
  /** Text that the program printed: perhaps a time. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'lost'; readonly cause: string; readonly count: number }
  | { readonly kind: 'malformed'; readonly expected: string; readonly found: string };

/**
 * Under which source and metric an aggregation is kept: the first key names a custom source, the
 * others go into the metric after the aggregation's name; with a source given every key does.
 * What has no name of its own is metric `value`.
 * @param fallback the source of what has no key.
 */
export function traceSeries(
  aggregation: Pick<PrintedAggregation, 'name' | 'keys'>,
  options: { readonly source?: SourceId; readonly fallback: string },
): { readonly source: SourceId; readonly metric: string } {
  const { name, keys } = aggregation;
  const [first, ...others] = keys;
  const source = options.source ?? {
    kind: 'custom',
    name: first === undefined || first === '' ? options.fallback : first,
  };
  const parts = [name, ...(options.source ? keys : others)].filter((part) => part !== '');
  return { source, metric: parts.join('.') || 'value' };
}
