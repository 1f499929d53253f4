import type { SampleSource } from '@ethogram/collector';
import type { Block, EthogramError } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { anomalyView, durationText, printable, sourceTickView, tickView } from '@ethogram/report';
import type { Severity, TickScore } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { untilElapsed } from '../collect/collect.js';
import { type CollectValues, collectOptions } from '../collect/collect-options.js';
import { startMeasuring } from '../collect/start-measuring.js';
import { type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { type LiveBlocks, liveBlocks } from '../live/live-blocks.js';
import { loadModel } from '../models/load-model.js';
import { choice, duration, text } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { refuseIdle } from '../options/refuse-idle.js';
import { CheckpointKeeper, findCheckpoint, type KeptCheckpoint } from '../score/checkpoints.js';
import { readFeedback } from '../score/feedback-store.js';
import { LiveKeeper, ReplayKeeper } from '../score/keep-events.js';
import { openForScoring } from '../score/open-for-scoring.js';
import { Tally } from '../score/tally.js';
import { findWindow } from '../window/find-window.js';
import { inStepsOfModel } from '../window/in-steps-of-model.js';
import { type WindowValues, windowOptions } from '../window/window-options.js';

/** What `score` exits with where `--fail-on` found something. */
const ANOMALIES_FOUND = 3;

/** Options that say which recorded ticks, and those that say how and how long to measure. */
const OF_A_WINDOW = Object.keys(windowOptions);
const OF_LIVE = ['duration', ...Object.keys(collectOptions)];

/** `score`: a model looks at ticks, recorded or as they happen. */
export const scoreCommand = defineCommand({
  name: 'score',
  summary: 'score a recording, a window, or this host live, with a model',
  description:
    'Prints an anomaly when it begins and when it worsens, with the factors that make it up. A score is −log10 p: 5 or more is expected once in 100,000 clean ticks. Live and replay run the same code and give the same scores. --live follows the store where a recorder of this host runs, else measures this host itself without storing ticks. Anomalies are kept in the store, where `ethogram explain` finds them by id, and --live and `ethogram run` keep their state there every hour, and when they begin where they did not see the recording from its beginning (the newest 12 of a host, and 12 more that anomalies name). Anomalies name the state that they were scored from as `checkpoint`: with --checkpoint, the same ticks give the same bytes again; where it is null, the recording from its beginning does. A model of ticks of 10 s or a minute reads finer ones merged, recorded or live, so that a recording gives the same bytes before and after retention merged it; coarser ticks than a model learned from are refused. Where there was no tick to score, it exits with 4.',
  options: {
    model: option(text('MODEL'), {
      help: 'name in the store (NAME or NAME@VERSION) or a model file',
      example: 'web',
    }),
    ...windowOptions,
    live: flag({ help: 'score this host as it runs, until --duration has passed or Ctrl-C' }),
    duration: option(duration(10, 366 * 86_400_000), {
      help: 'with --live: how long (default: until a signal)',
      example: '10m',
    }),
    checkpoint: option(text('ID'), {
      help: 'go on from a state that --live or run kept, after its last tick',
      example: '45c9ff490ccce730',
    }),
    all: flag({ help: 'every tick of the host as a whole, one row each; warm-up rows score 0' }),
    perSource: flag({ help: 'with --all: a row for every source instead' }),
    failOn: option(choice(['warning', 'critical']), {
      help: 'exit with 3 where there was an anomaly at least that severe',
      example: 'critical',
    }),
    ...collectOptions,
  },
  examples: [
    { run: 'ethogram score --model web --live', does: 'watch this host' },
    {
      run: 'ethogram score --model web.json --recording suspect --fail-on critical',
      does: 'check a recording, in a script',
    },
    {
      run: 'ethogram score --model web --recording suspect --all -o csv > scores.csv',
      does: 'every tick with its score',
    },
  ],
  async run(context, options) {
    if (options.model === undefined) {
      throw cliErrors.make('CLI-1001', 'expected --model NAME or FILE, found none');
    }
    if (options.perSource && !options.all) {
      throw cliErrors.make(
        'CLI-1001',
        'expected --all with --per-source, found --per-source alone',
      );
    }
    if (options.live && options.checkpoint !== undefined) {
      throw cliErrors.make('CLI-1001', 'expected --checkpoint without --live, found both');
    }
    if (options.live) refuseIdle(context.given, OF_A_WINDOW, 'no window with --live');
    else refuseIdle(context.given, OF_LIVE, '--live with what only it heeds');
    const source = options.live ? await startMeasuring(context, options) : undefined;
    try {
      return await score(context, { ...options, model: options.model }, source);
    } finally {
      await source?.close();
    }
  },
});

interface ScoreValues extends CollectValues, WindowValues {
  readonly model: string;
  readonly live: boolean;
  readonly duration: number | undefined;
  readonly checkpoint: string | undefined;
  readonly all: boolean;
  readonly perSource: boolean;
  readonly failOn: Severity | undefined;
}

/** Scores the window, or what the source measures from now on. */
async function score(
  context: CommandContext,
  options: ScoreValues,
  source: SampleSource | undefined,
): Promise<number> {
  const { out, notices } = context;
  const { store, keepsEvents } = await openForScoring(context, options.live);
  const model = await loadModel(context, options.model);
  const checkpoint =
    options.checkpoint === undefined ? undefined : await findCheckpoint(store, options.checkpoint);
  const until = untilElapsed(context, options.live ? options.duration : undefined);
  try {
    const { blocks, liveFrom, fromStart, recording, total } = options.live
      ? { ...(await liveBlocks(context, store, model, options, source, until.signal)), total: 0 }
      : await recordedBlocks(context, store, options, model, checkpoint);
    const progress = notices.progress('scoring');
    const tally = new Tally();
    const kept = options.live ? new LiveKeeper(store) : new ReplayKeeper(store);
    const keeperOf = (host: string) =>
      options.live && keepsEvents
        ? new CheckpointKeeper(
            store,
            { host, model: model.id, recording },
            fromStart ? 'start' : 'middle',
          )
        : undefined;
    const from = { model, blocks, liveFrom, checkpoint, keeperOf };
    const ticks = scoreTicks(context, store, from, async (tick) => {
      tally.add(tick);
      if (keepsEvents) await kept.keep(tick);
      if (options.live) notices.status(tally.text());
      else progress.update(tally.ticks, total);
    });
    try {
      if (options.perSource) await out.list(sourceTickView, sourcesOf(ticks));
      else if (options.all) await out.list(tickView, ticks);
      else await out.list(anomalyView, anomaliesOf(ticks));
    } finally {
      // Also where it was interrupted, or a tick was refused.
      if (keepsEvents && tally.ticks > 0) await kept.end();
    }
    notices.clear();
    // Who asks with --fail-on must not take it for good news that nothing was looked at.
    if (tally.ticks === 0 && !context.signal.aborted) throw nothingScored(options, recording);
    notices.note(tally.text());
    return tally.hasReached(options.failOn) ? ANOMALIES_FOUND : 0;
  } finally {
    until.cancel();
  }
}

/** Why a run that scored no tick is none that found no anomaly. */
function nothingScored(
  { live, duration }: Pick<ScoreValues, 'live' | 'duration'>,
  recording: string | null,
): EthogramError {
  if (!live) return cliErrors.make('CLI-1007', 'expected ticks in the window, found none');
  const within = duration === undefined ? '' : ` within ${durationText(duration)}`;
  const where = recording === null ? '' : ` in recording ${printable(recording)}`;
  return cliErrors.make('CLI-1007', `expected a tick to score${within}, found none${where}`, {
    remedy: 'See whether its recorder still runs; where ticks are long, give a longer --duration.',
  });
}

/** The blocks of a window, and how many ticks they hold at most. */
async function recordedBlocks(
  { clock, signal }: CommandContext,
  store: Store,
  options: Parameters<typeof findWindow>[1],
  model: Model,
  checkpoint: KeptCheckpoint | undefined,
): Promise<LiveBlocks & { readonly total: number }> {
  const { query, window, ticks } = await findWindow(store, options, clock.nowMs());
  const range = { from: window.from, to: window.to };
  const inSteps = await inStepsOfModel(store, { ...query, range }, model, checkpoint?.ts);
  const blocks = store.samples.read(inSteps, { signal });
  return { blocks, liveFrom: 0, fromStart: true, recording: null, total: ticks };
}

/** How often a scorer that runs looks for what people said meanwhile. */
const FEEDBACK_EVERY_NS = 5_000_000_000n;

/** Scores blocks as they come; ticks up to `liveFrom` warm the scorer up and are not told of. */
async function* scoreTicks(
  { clock }: CommandContext,
  store: Store,
  from: {
    readonly model: Model;
    readonly blocks: AsyncIterable<Block>;
    readonly liveFrom: number;
    readonly checkpoint: KeptCheckpoint | undefined;
    readonly keeperOf: (host: string) => CheckpointKeeper | undefined;
  },
  onTick: (tick: TickScore) => Promise<void>,
): AsyncGenerator<TickScore> {
  const { createScorer } = await import('@ethogram/score');
  const { checkpoint } = from;
  const scorer = createScorer(from.model, checkpoint && { checkpoint: checkpoint.text });
  let scoredTo: number | undefined;
  let keeper: CheckpointKeeper | undefined;
  let isLive = false;
  const known = new Set<string>();
  let lookedAt: bigint | undefined;
  for await (const block of from.blocks) {
    const now = clock.monotonicNs();
    if (lookedAt === undefined || now - lookedAt >= FEEDBACK_EVERY_NS) {
      lookedAt = now;
      for (const given of await readFeedback(store, block.host)) {
        const said = `${given.anomaly} ${given.at}`;
        if (!known.has(said)) scorer.acknowledge(given);
        known.add(said);
      }
    }
    const last = block.ts.at(-1) ?? 0;
    keeper ??= from.keeperOf(block.host);
    if (keeper && scoredTo !== undefined && (isLive || last > from.liveFrom)) {
      await keeper.keepIfDue(scorer, scoredTo);
    }
    scoredTo = last;
    for (const tick of scorer.push(block)) {
      // Once it has begun it goes on, also where the clock is set back to before it did.
      isLive ||= tick.ts > from.liveFrom;
      if (!isLive) continue;
      await onTick(tick);
      yield tick;
    }
  }
}

async function* anomaliesOf(ticks: AsyncIterable<TickScore>) {
  for await (const tick of ticks) yield* tick.anomalies;
}

async function* sourcesOf(ticks: AsyncIterable<TickScore>) {
  for await (const { ts, host, sources } of ticks) {
    for (const source of sources) yield { ...source, ts, host };
  }
}
