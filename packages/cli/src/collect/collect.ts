import { hostname } from 'node:os';
import type { BackendDescription, SampleSource } from '@ethogram/collector';
import type { Tick } from '@ethogram/core';
import { durationText, printable, shareText } from '@ethogram/report';
import type { Store } from '@ethogram/store';
import type { CommandContext } from '../command.js';
import { cliErrors } from '../errors.js';
import { findWindow } from '../window/find-window.js';
import type { CollectValues } from './collect-options.js';
import { measuredTicks } from './measured-ticks.js';
import { costLimit, processCost } from './own-cost.js';

/**
 * Measures this host as the options say, and tells on standard error by what and at what interval;
 * or replays a recording.
 * @param store holds the recording to replay.
 * @throws COLLECT-2001 or COLLECT-2002 where nothing can measure here; CLI-1005 where there is no
 * such recording to replay.
 */
export async function* collect(
  context: CommandContext,
  store: Store,
  options: CollectValues,
  signal: AbortSignal,
  onOpen: (description: BackendDescription) => void = () => undefined,
): AsyncGenerator<Tick> {
  const { clock, notices, log } = context;
  const { openCollector } = await import('@ethogram/collector');
  const { backend } = options;
  yield* measuredTicks({
    intervalMs: options.interval,
    signal,
    limit: costLimit(
      // What is replayed is not measured: there is no interval to double.
      backend === 'replay' ? Number.POSITIVE_INFINITY : options.maxCpu,
      () => clock.monotonicNs(),
      () => processCost().cpuMs,
    ),
    open: (intervalMs) =>
      backend === 'replay'
        ? openRecording(context, store, options)
        : openCollector({
            backend,
            intervalMs,
            group: options.group,
            maxSources: options.maxSources,
            host: hostname(),
            recipes: options.recipe,
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

async function openRecording(
  { clock }: CommandContext,
  store: Store,
  { fromRecording, speed }: CollectValues,
): Promise<SampleSource> {
  if (fromRecording === undefined) {
    throw cliErrors.make('CLI-1001', 'expected --from-recording NAME with --backend replay');
  }
  const values = { recording: fromRecording, from: undefined, to: undefined, host: undefined };
  const { query } = await findWindow(store, values, clock.nowMs());
  const { openReplay } = await import('@ethogram/collector');
  return openReplay(store.samples.read(query), { speed, clock });
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
