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
import { type CostAccount, costAccount, costLimit } from './own-cost.js';

/**
 * The ticks of a source that {@link startMeasuring} opened, or of a recording that is replayed;
 * tells on standard error by what they are measured and at what interval.
 * @param store holds the recording to replay.
 * @param cost the CPU time of this process that counts against `--max-cpu`, beside that of tracers.
 * @throws COLLECT-2008 where measuring costs too much; CLI-1005 where there is no such recording.
 */
export async function* collect(
  context: CommandContext,
  store: Store,
  options: CollectValues,
  started: SampleSource | undefined,
  signal: AbortSignal,
  onOpen: (description: BackendDescription) => void = () => undefined,
  cost: Pick<CostAccount, 'cpuMs'> = costAccount(),
): AsyncGenerator<Tick> {
  const { clock, notices } = context;
  const source = started ?? (await openRecording(context, store, options));
  const tell = ({ description }: SampleSource): void => {
    tellOf(context, description);
    if (options.latency && description.backend !== 'ebpf') {
      notices.note('  --latency has no effect: only eBPF measures how long calls take');
    }
    onOpen(description);
  };
  tell(source);
  const { keepMemorySmall } = await import('@ethogram/collector');
  const afterTick = started === undefined ? undefined : keepMemorySmall();
  const ticks = measuredTicks({
    source,
    intervalMs: options.interval,
    signal,
    limit: costLimit(
      // What is replayed is not measured: there is no interval to double.
      started === undefined ? Number.POSITIVE_INFINITY : options.maxCpu,
      () => clock.monotonicNs(),
      () => cost.cpuMs() + (source.tracersCpuMs?.() ?? 0),
    ),
    onSlower: (intervalMs, share) => {
      notices.warn(`${overLimit(share, options)}: the interval is now ${durationText(intervalMs)}`);
    },
    onFaster: (intervalMs, share) => {
      const now = `the interval is now ${durationText(intervalMs)} again`;
      notices.note(`own CPU is down to ${shareText(share)}: ${now}`);
    },
    cheaper: async (intervalMs, share) => {
      notices.warn(`${overLimit(share, options)} at the longest interval: detached`);
      if (options.recipe.length > 0) notices.warn('the recipes have ended with it');
      const cheaper = await openCheaper(context, options, source.description, intervalMs, share);
      tell(cheaper);
      return cheaper;
    },
  });
  for await (const tick of ticks) {
    yield tick;
    afterTick?.();
  }
}

function overLimit(share: number, { maxCpu }: CollectValues): string {
  return `own CPU ${shareText(share)} is over --max-cpu ${shareText(maxCpu)}`;
}

function tellOf({ notices, log }: CommandContext, description: BackendDescription): void {
  log.info({ backend: description.backend, blind: description.blind }, 'collecting');
  notices.note(`measuring with ${description.backend}`);
  for (const { code, reason, remedy } of description.limitations) {
    notices.note(`  ${code}: ${printable(reason)}. ${printable(remedy)}`);
  }
  for (const note of description.notes ?? []) notices.note(`  ${printable(note)}`);
}

/** Procfs has nothing attached to the kernel; who asked for a backend by name gets no other. */
async function openCheaper(
  { clock }: CommandContext,
  options: CollectValues,
  { backend }: BackendDescription,
  intervalMs: number,
  share: number,
): Promise<SampleSource> {
  const { collectorErrors, openCollector } = await import('@ethogram/collector');
  if (options.backend !== 'auto' || backend === 'procfs') {
    throw collectorErrors.make('COLLECT-2008', overLimit(share, options));
  }
  const { group, maxSources, match } = options;
  const naming = { group, maxSources, host: hostname(), clock };
  return openCollector({
    ...naming,
    backend: 'procfs',
    intervalMs,
    ...(match === undefined ? {} : { match }),
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
