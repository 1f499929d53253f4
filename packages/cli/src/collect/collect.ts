import { hostname } from 'node:os';
import type { BackendDescription } from '@ethogram/collector';
import type { Tick } from '@ethogram/core';
import { durationText, printable, shareText } from '@ethogram/report';
import type { CommandContext } from '../command.js';
import type { CollectValues } from './collect-options.js';
import { measuredTicks } from './measured-ticks.js';
import { costLimit, processCost } from './own-cost.js';

/**
 * Measures this host as the options say, and tells on standard error by what and at what interval.
 * @throws COLLECT-2001 or COLLECT-2002 where nothing can measure here.
 */
export async function* collect(
  { clock, notices, log }: CommandContext,
  options: CollectValues,
  signal: AbortSignal,
  onOpen: (description: BackendDescription) => void = () => undefined,
): AsyncGenerator<Tick> {
  const { openCollector } = await import('@ethogram/collector');
  yield* measuredTicks({
    intervalMs: options.interval,
    signal,
    limit: costLimit(
      options.maxCpu,
      () => clock.monotonicNs(),
      () => processCost().cpuMs,
    ),
    open: (intervalMs) =>
      openCollector({
        backend: options.backend,
        intervalMs,
        group: options.group,
        maxSources: options.maxSources,
        host: hostname(),
        clock,
        ...(options.match === undefined ? {} : { match: options.match }),
      }),
    onOpen: (description) => {
      log.info({ backend: description.backend, blind: description.blind }, 'collecting');
      notices.note(`measuring with ${description.backend}`);
      for (const { code, reason, remedy } of description.limitations) {
        notices.note(`  ${code}: ${printable(reason)}. ${printable(remedy)}`);
      }
      onOpen(description);
    },
    onSlower: (intervalMs, share) => {
      const used = `own CPU ${shareText(share)} is over --max-cpu ${shareText(options.maxCpu)}`;
      notices.warn(`${used}: the interval is now ${durationText(intervalMs)}`);
    },
  });
}

/** A signal that aborts when `signal` does, or after a time; `undefined` is for ever. */
export function untilElapsed(
  { clock, signal }: Pick<CommandContext, 'clock' | 'signal'>,
  durationMs: number | undefined,
): { readonly signal: AbortSignal; cancel(): void } {
  const elapsed = new AbortController();
  const cancel = new AbortController();
  if (durationMs !== undefined) {
    clock.sleep(durationMs, AbortSignal.any([signal, cancel.signal])).then(
      () => elapsed.abort(),
      // The sleep was cut short by one of the two signals: nothing is left to do.
      () => undefined,
    );
  }
  return { signal: AbortSignal.any([signal, elapsed.signal]), cancel: () => cancel.abort() };
}
