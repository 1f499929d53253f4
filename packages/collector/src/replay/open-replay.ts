import { type Block, type Clock, systemClock, type Tick, unpackTicks } from '@ethogram/core';
import { z } from 'zod';
import { collectorErrors } from '../errors.js';
import type { SampleSource } from '../sample-source.js';

/** How a recording is replayed. */
export interface ReplayOptions {
  /** Recorded time per time that goes by: 1 (default) as it was, 60 a minute a second, `Infinity` at once. */
  readonly speed?: number;
  readonly clock?: Clock;
}

const speedSchema = z.number().positive().or(z.literal(Number.POSITIVE_INFINITY));

/**
 * Opens a recording as if it happened now. Its ticks are the recorded ones, with their host, boot,
 * number and time, so that they score as they did; each takes as long as it lasted, divided by
 * the speed, and the gaps between them take no time.
 * @param blocks any blocks in the order of time, such as a store's; read no further than replayed.
 * @throws COLLECT-1001 on a speed that is not above zero; COLLECT-3001 where there is no block.
 */
export async function openReplay(
  blocks: AsyncIterable<Block>,
  options: ReplayOptions = {},
): Promise<SampleSource> {
  const clock = options.clock ?? systemClock;
  const speed = speedSchema.safeParse(options.speed ?? 1);
  if (!speed.success) {
    const message = `speed: expected a number above 0, found ${String(options.speed)}`;
    throw collectorErrors.make('COLLECT-1001', message);
  }
  const factor = speed.data;
  const source = blocks[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done) {
    throw collectorErrors.make('COLLECT-3001', 'the recording to replay holds no ticks');
  }
  const closing = new AbortController();
  let taken = false;

  async function* ticks(signal: AbortSignal): AsyncGenerator<Tick, void, undefined> {
    if (taken) throw new RangeError('ticks: expected to be called once, was called again');
    taken = true;
    const stop = AbortSignal.any([signal, closing.signal]);
    const startNs = clock.monotonicNs();
    let replayedNs = 0;
    let block = first;
    while (!block.done && !stop.aborted) {
      for (const tick of unpackTicks(block.value)) {
        replayedNs += tick.intervalNs / factor;
        const due = replayedNs - Number(clock.monotonicNs() - startNs);
        if (!(await waited(due / 1e6))) return;
        yield tick;
        if (stop.aborted) return;
      }
      block = await source.next();
    }

    async function waited(ms: number): Promise<boolean> {
      if (stop.aborted) return false;
      if (ms < 1) return true;
      try {
        await clock.sleep(ms, stop);
        return true;
      } catch (cause) {
        if (stop.aborted) return false;
        throw cause;
      }
    }
  }

  return {
    description: { backend: 'replay', blind: first.value.blind, limitations: [] },
    ticks,
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort();
      await source.return?.();
    },
  };
}
