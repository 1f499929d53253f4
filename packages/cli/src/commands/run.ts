import { hostname } from 'node:os';
import type { SampleSource } from '@ethogram/collector';
import { packTicks } from '@ethogram/core';
import { anomalyView, countText, durationText, printable } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import type { RetentionPolicy, Store } from '@ethogram/store';
import { collect } from '../collect/collect.js';
import { type CollectValues, collectOptions } from '../collect/collect-options.js';
import { type CollectorLease, holdCollectorLease } from '../collect/collector-lease.js';
import { startMeasuring } from '../collect/start-measuring.js';
import { type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { listenAddress } from '../monitoring/listen-address.js';
import { bytes, choice, duration, text } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { keepEvents } from '../score/keep-events.js';
import { Learner, runOwnBinary } from '../service/learner.js';
import { type Outlets, openOutlets } from '../service/outlets.js';
import { ServiceScorer } from '../service/service-scorer.js';
import { storeLocation } from '../store-location.js';

const DAY_MS = 86_400_000;
/** How often the service looks for another model, for feedback, and whether it is time to learn. */
const LOOK_EVERY_NS = 5_000_000_000n;
const RETAIN_EVERY_NS = 3_600_000_000_000n;

/** `run`: the service. */
export const runCommand = defineCommand({
  name: 'run',
  summary: 'run as a service: record, score, alert, and keep learning',
  description:
    'Records this host, scores every tick with the active version of the model --name, and prints anomalies as they begin. Learns the first model after --first-after, and anew every --learn-every from at most --learn-from of time, in a process of its own and never while an incident is open; a later model is promoted only where it is no worse on time that its fit did not see. Promotions, rollbacks and `ethogram ack` take effect within seconds. Serves /livez, /readyz and /metrics (Prometheus), and tells the alert targets that the config file names: see docs/operations.md.',
  options: {
    ...collectOptions,
    recording: option(text('NAME'), {
      default: 'live',
      help: 'the recording that ticks go into',
      example: 'live',
    }),
    name: option(text('NAME'), {
      default: 'host',
      help: 'name of the model in the store',
      example: 'web',
    }),
    firstAfter: option(duration(1_000, 366 * DAY_MS), {
      default: '15m',
      help: 'after how much recording the first model is learned',
      example: '2h',
    }),
    learnEvery: option(duration(1_000, 366 * DAY_MS), {
      default: '1d',
      help: 'how often a model is learned anew',
      example: '12h',
    }),
    learnFrom: option(duration(60_000, 366 * DAY_MS), {
      default: '7d',
      help: 'how much of the recording is learned from, at most',
      example: '14d',
    }),
    maxAge: option(duration(60_000, 36_525 * DAY_MS), {
      help: 'delete ticks that are older, every hour',
      example: '30d',
    }),
    maxBytes: option(bytes, {
      help: 'delete the oldest ticks above this size, every hour',
      example: '2GiB',
    }),
    metricsListen: option(listenAddress, {
      help: 'where /metrics, /livez and /readyz are served; off turns them off (default: 127.0.0.1:7374, and without them where that is taken)',
      example: '127.0.0.1:9374',
    }),
    metricsRemote: flag({
      help: 'allow --metrics-listen an address that other hosts reach; nobody is asked for a password there',
    }),
    sync: option(choice(['tick', '5s', 'off']), {
      default: '5s',
      help: 'when the embedded store reaches the disk',
      example: 'tick',
    }),
  },
  examples: [
    { run: 'ethogram run', does: 'watch this host from now on' },
    {
      run: 'ethogram run --max-age 30d -o jsonl >> /var/log/ethogram.jsonl',
      does: 'anomalies as JSON lines into a log',
    },
  ],
  async run(context, options) {
    const uri = storeLocation(context.globals, context.terminal);
    if (options.backend === 'replay' || uri.startsWith('memory:')) {
      const message = 'run: expected this host and a store that stays, found a replay or memory:';
      throw cliErrors.make('CLI-1002', message);
    }
    const source = await startMeasuring(context, options);
    try {
      const outlets = await openOutlets(context, options);
      try {
        return await watchHost(context, options, uri, outlets, source);
      } finally {
        await outlets.close();
      }
    } finally {
      await source?.close();
    }
  },
});

interface RunValues extends CollectValues {
  readonly recording: string;
  readonly name: string;
  readonly firstAfter: number;
  readonly learnEvery: number;
  readonly learnFrom: number;
  readonly maxAge: number | undefined;
  readonly maxBytes: number | undefined;
  readonly sync: 'tick' | '5s' | 'off';
}

/** Watches this host until the signal. */
async function watchHost(
  context: CommandContext,
  options: RunValues,
  uri: string,
  outlets: Outlets,
  source: SampleSource | undefined,
): Promise<number> {
  const { clock, notices, out, terminal, globals, signal } = context;
  const { recording, name } = options;
  const store = await context.openStore('write', { sync: options.sync });
  const host = hostname();
  const lease = await holdCollectorLease(store, host, recording, options.interval, clock);
  const scorer = new ServiceScorer({
    store,
    name,
    host,
    recording,
    onModel: (version, model) => {
      notices.note(`scoring with model ${printable(name)}@${version}`);
      outlets.state.uses(version, model);
      outlets.alerts.resolveAll(clock.nowMs());
    },
  });
  // The store URI may hold a password, and arguments show in the list of processes.
  const env = {
    ...terminal.env,
    ETHOGRAM_STORE: uri,
    ETHOGRAM_STORE_FILE: '',
    ETHOGRAM_CONFIG: globals.config ?? '',
  };
  const learner = new Learner({
    store,
    name,
    host,
    recording,
    firstAfterMs: options.firstAfter,
    everyMs: options.learnEvery,
    windowMs: options.learnFrom,
    run: (args) => runOwnBinary(args, env, signal),
    onLearned: (said) => {
      for (const line of said.split('\n')) notices.note(`learning: ${printable(line)}`);
    },
  });
  notices.note(
    `recording ${printable(recording)}; first model after ${durationText(options.firstAfter)}`,
  );
  try {
    const service = { store, scorer, learner, lease, outlets, source };
    await out.list(anomalyView, serve(context, options, service, policyOf(options)));
  } finally {
    await learner.settled();
    await lease.release();
  }
  return 0;
}

interface Service {
  readonly store: Store;
  readonly scorer: ServiceScorer;
  readonly learner: Learner;
  readonly lease: CollectorLease;
  readonly outlets: Outlets;
  readonly source: SampleSource | undefined;
}

/** Takes tick after tick through the house; gives the anomalies that begin. */
async function* serve(
  context: CommandContext,
  options: CollectValues & { readonly recording: string },
  { store, scorer, learner, lease, outlets, source }: Service,
  policy: RetentionPolicy | undefined,
): AsyncGenerator<AnomalyRecord> {
  const { clock, signal, notices } = context;
  const { state, alerts } = outlets;
  let lookedAt: bigint | undefined;
  let retainedAt = clock.monotonicNs();
  let ticks = 0;
  for await (const tick of collect(context, store, options, source, signal)) {
    await lease.renew();
    state.took(tick);
    const now = clock.monotonicNs();
    if (lookedAt === undefined || now - lookedAt >= LOOK_EVERY_NS) {
      lookedAt = now;
      await scorer.refresh(clock.nowMs());
      await learner.tick(clock.nowMs(), scorer.hasOpenIncident);
      alerts.repeat();
    }
    state.appended(await store.samples.append(options.recording, [tick]));
    for (const scored of scorer.push(packTicks([tick]))) {
      state.scored(scored, scorer.openIncidents);
      alerts.take(scored);
      await keepEvents(store, scored);
      yield* scored.anomalies;
    }
    if (policy && now - retainedAt >= RETAIN_EVERY_NS) {
      retainedAt = now;
      await store.maintenance.retain(policy, { signal });
    }
    ticks++;
    notices.status(`${countText(ticks, 'tick')}${scorer.isReady ? '' : ', no model yet'}`);
  }
}

function policyOf(options: {
  readonly maxAge: number | undefined;
  readonly maxBytes: number | undefined;
}): RetentionPolicy | undefined {
  const { maxAge, maxBytes } = options;
  if (maxAge === undefined && maxBytes === undefined) return undefined;
  return {
    ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  };
}
