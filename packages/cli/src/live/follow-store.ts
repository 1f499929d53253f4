import type { Block, Clock } from '@ethogram/core';
import type { ReadQuery, Store } from '@ethogram/store';

/** Often enough that nobody waits for a tick of a second, rarely enough to cost nothing. */
const POLL_MS = 200;

/**
 * The ticks of a query as they are stored, from an instant on, until the signal aborts.
 * @param fromMs first instant, milliseconds UTC.
 */
export async function* followStore(
  store: Store,
  query: Omit<ReadQuery, 'range'>,
  fromMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Block> {
  let from = fromMs;
  while (!signal.aborted) {
    const range = { from, to: Number.MAX_SAFE_INTEGER };
    for await (const block of store.samples.read({ ...query, range })) {
      yield block;
      from = Math.max(from, (block.ts.at(-1) ?? from - 1) + 1);
      if (signal.aborted) return;
    }
    try {
      await clock.sleep(POLL_MS, signal);
    } catch (failure) {
      if (signal.aborted) return;
      throw failure;
    }
  }
}
