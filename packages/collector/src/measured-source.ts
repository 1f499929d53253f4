import { blindBeyond, type Tick } from '@ethogram/core';
import type { OpenOptions } from './collector-options.js';
import type { DiskReconciliation } from './devices/reconcile-disks.js';
import type { BackendDescription, SampleSource } from './sample-source.js';
import { measureTicks, type TickReader } from './tick/measure-ticks.js';

/** What a backend that measures is made of. */
export interface MeasuredSourceParts {
  readonly description: BackendDescription;
  readonly options: OpenOptions;
  /** Nanoseconds since boot, suspend included (CLOCK_BOOTTIME). */
  readonly bootTimeNs: () => bigint;
  /** Read once a tick, in this order, before those of the options. */
  readonly readers: readonly TickReader[];
  readonly reconcile?: () => readonly DiskReconciliation[];
  /** Frees what the readers hold; called once, after the last of them was read. */
  readonly release: () => void | Promise<void>;
}

/**
 * A source of ticks from readers: the same loop, limits and time for every backend that measures.
 * Its ticks may be taken once; `close` ends them and waits for the reading under way.
 */
export function measuredSource(parts: MeasuredSourceParts): SampleSource {
  const { description, options } = parts;
  const origin = {
    host: options.host,
    boot: options.boot,
    backend: description.backend,
    blind: [
      ...description.blind,
      ...(options.match === undefined ? [] : [blindBeyond(options.match)]),
    ],
  };
  const limits = {
    maxSources: options.maxSources,
    ...(options.match === undefined ? {} : { match: options.match }),
  };
  const { clock } = options;
  let { intervalMs } = options;
  const measure = {
    origin,
    limits,
    intervalMs: () => intervalMs,
    clock,
    bootTimeNs: parts.bootTimeNs,
  };
  const closing = new AbortController();
  const readers = [...parts.readers, ...options.readers];
  let taken = false;
  let closed: Promise<void> | undefined;
  let reading: Promise<unknown> = Promise.resolve();

  async function* ticks(signal: AbortSignal): AsyncGenerator<Tick, void, undefined> {
    if (taken) throw new RangeError('ticks: expected to be called once, was called again');
    taken = true;
    const running = measureTicks(measure, readers, AbortSignal.any([signal, closing.signal]));
    while (!closing.signal.aborted) {
      const next = running.next();
      reading = next.catch(() => undefined);
      const { value, done } = await next;
      if (done) return;
      yield value;
    }
  }

  return {
    description,
    ticks,
    ...(parts.reconcile ? { reconcile: parts.reconcile } : {}),
    tracersCpuMs: () => readers.reduce((sum, reader) => sum + (reader.cpuMs?.() ?? 0), 0),
    setInterval: (ms) => {
      intervalMs = ms;
    },
    close: () => {
      closed ??= (async () => {
        closing.abort();
        await reading;
        for (const reader of readers) await reader.close?.();
        await parts.release();
      })();
      return closed;
    },
  };
}
