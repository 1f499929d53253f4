import { hostname } from 'node:os';
import type { SampleSource } from '@ethogram/collector';
import { type Block, packTicks } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { printable, shortTime } from '@ethogram/report';
import type { Store } from '@ethogram/store';
import { collect } from '../collect/collect.js';
import type { CollectValues } from '../collect/collect-options.js';
import { whoCollects } from '../collect/collector-lease.js';
import type { CommandContext } from '../command.js';
import { stepOf } from '../window/in-steps-of-model.js';
import { StepMerger } from '../window/step-merger.js';

/** Fewest milliseconds before now that a scorer is warmed up with. */
const WARM_UP_MS = 600_000;

/** Blocks to score, and what is known of them. */
export interface LiveBlocks {
  readonly blocks: AsyncIterable<Block>;
  /** The instant until which ticks only warm up the scorer, milliseconds UTC. */
  readonly liveFrom: number;
  /** Whether they are all that was recorded until then. */
  readonly fromStart: boolean;
  /** The recording that they are read from while it grows, or null. */
  readonly recording: string | null;
}

/**
 * The ticks of this host as they happen: out of the store where a collector of this host runs,
 * else measured here.
 * @param source opened before the store, while there were privileges; closed where it is not needed.
 */
export async function liveBlocks(
  context: CommandContext,
  store: Store,
  model: Model,
  options: CollectValues,
  source: SampleSource | undefined,
  signal: AbortSignal,
): Promise<LiveBlocks> {
  const { clock, notices } = context;
  const host = hostname();
  const now = clock.nowMs();
  const collecting = source && (await whoCollects(store, host));
  if (!collecting) {
    const measured = measuredBlocks(context, store, model, options, source, signal);
    const blocks = inSteps(measured, model);
    return { blocks, liveFrom: 0, fromStart: true, recording: null };
  }
  await source.close();
  const { pid, recording } = collecting;
  notices.note(`following recording ${printable(recording)}, made by process ${pid}`);
  const { historyRows, rowTicks, intervalMs } = model.timing;
  const { follow } = await import('@ethogram/store');
  const length = Math.max(WARM_UP_MS, 2 * historyRows * rowTicks * intervalMs);
  const step = stepOf(model) ?? 1;
  const from = Math.floor((now - length) / step) * step;
  return {
    blocks: inSteps(
      follow(
        store.samples,
        { host, recording, range: { from, to: Number.MAX_SAFE_INTEGER } },
        {
          signal,
          clock,
          onStepBack: (since) =>
            notices.warn(`the clock was set back: going on with ticks from ${shortTime(since)}`),
        },
      ),
      model,
    ),
    liveFrom: now,
    recording,
    fromStart: (await store.samples.recordings()).every(
      (info) => info.name !== recording || info.host !== host || info.from >= from,
    ),
  };
}

/** Ticks as long as those that the model learned from; a step that has not ended is not scored. */
async function* inSteps(blocks: AsyncIterable<Block>, model: Model): AsyncGenerator<Block> {
  const merger = new StepMerger(stepOf(model));
  for await (const block of blocks) yield* merger.push(block);
}

async function* measuredBlocks(
  context: CommandContext,
  store: Store,
  model: Model,
  options: CollectValues,
  source: SampleSource | undefined,
  signal: AbortSignal,
): AsyncGenerator<Block> {
  const ticks = collect(context, store, options, source, signal, ({ backend }) => {
    if (backend !== 'replay' && !model.backends.includes(backend)) {
      const learned = model.backends.map(printable).join(', ');
      context.notices.warn(`measuring with ${backend}, but the model was learned with ${learned}`);
    }
  });
  for await (const tick of ticks) yield packTicks([tick]);
}
