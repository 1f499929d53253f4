import { hostname } from 'node:os';
import type { SampleSource } from '@ethogram/collector';
import { anomalyView, durationText, printable } from '@ethogram/report';
import type { RetentionPolicy } from '@ethogram/store';
import { hostUptime, lastRecorded, markBoot } from '../collect/boot-marker.js';
import { collect } from '../collect/collect.js';
import { type CollectValues, collectOptions } from '../collect/collect-options.js';
import { holdCollectorLease } from '../collect/collector-lease.js';
import { costAccount } from '../collect/own-cost.js';
import { startMeasuring } from '../collect/start-measuring.js';
import { type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { assertVouched } from '../models/load-model.js';
import { listenAddress } from '../monitoring/listen-address.js';
import { bytes, choice, duration, file, rate, text } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { Learner, runOwnBinary } from '../service/learner.js';
import { type Outlets, openOutlets } from '../service/outlets.js';
import { DEFAULT_MODEL_NAME } from '../service/own-model.js';
import { reload, watchHangup } from '../service/reload.js';
import { cronPattern, type Schedule } from '../service/schedule.js';
import { serve } from '../service/serve.js';
import { ServiceScorer } from '../service/service-scorer.js';
import { storeLocation } from '../store-location.js';

const DAY_MS = 86_400_000;

/** Options that SIGHUP can change. */
const LIVE = Object.freeze([
  'firstAfter',
  'learnEvery',
  'learnAt',
  'learnFrom',
  'driftEvery',
  'falseAlarms',
  'sign',
  'maxAge',
  'maxBytes',
]);

/** `run`: the service. */
export const runCommand = defineCommand({
  name: 'run',
  staysSmall: true,
  summary: 'run as a service: record, score, alert, and keep learning',
  description:
    'Records this host, scores every tick with the active version of the model --name, and prints anomalies as they begin. Learns the first model after --first-after, and anew every --learn-every or at the times of --learn-at, and when the last hour has drifted away from the model twice in a row, from at most --learn-from of time, in a process of its own and never while an incident is open; a later model is promoted only where it is no worse on time that its fit did not see. Promotions, rollbacks and `ethogram ack` take effect within seconds. A service that was stopped, or killed, goes on where it stood: from its last checkpoint (every hour, when a model takes over, and at its end) over the ticks that were stored since, with the incidents that are open. While the store is away, ticks wait in memory within a bound. SIGHUP reads the config file again: alert targets, retention and when to learn; a file that is not good changes nothing. Serves /livez, /readyz and /metrics (Prometheus), and tells the alert targets that the config file names: see docs/operations.md.',
  options: {
    ...collectOptions,
    recording: option(text('NAME'), {
      default: 'live',
      help: 'the recording that ticks go into',
      example: 'live',
    }),
    name: option(text('NAME'), {
      default: DEFAULT_MODEL_NAME,
      help: 'name of the model in the store; where another host of a shared store has it, NAME.HOST, and HOST instead of "host"',
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
    learnAt: option(cronPattern, {
      help: 'learn anew at these times instead of every --learn-every; local time',
      example: '0 3 * * *',
    }),
    driftEvery: option(duration(0, 366 * DAY_MS), {
      default: '6h',
      help: 'how often the last hour is held against the model; 0s never',
      example: '1h',
    }),
    falseAlarms: option(rate, {
      default: '1/d',
      help: 'how many false alarms are acceptable, for the models that are learned',
      example: '2/w',
    }),
    sign: option(file, {
      help: 'sign what is learned with this private ed25519 key; without it, and with --require-signature, it stays a candidate',
      example: 'key.pem',
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
  readonly learnAt: string | undefined;
  readonly learnFrom: number;
  readonly driftEvery: number;
  readonly falseAlarms: number;
  readonly sign: string | undefined;
  readonly maxAge: number | undefined;
  readonly maxBytes: number | undefined;
  readonly sync: 'tick' | '5s' | 'off';
}

/** Records, scores, tells and learns until the signal. */
async function watchHost(
  context: CommandContext,
  options: RunValues,
  uri: string,
  outlets: Outlets,
  source: SampleSource | undefined,
): Promise<number> {
  const { clock, notices, out, terminal, signal } = context;
  const { recording, name } = options;
  const now = { options, globals: context.globals };
  const store = await context.openStore('write', { sync: options.sync });
  const host = hostname();
  const lease = await holdCollectorLease(store, host, recording, options.interval, clock);
  const cost = costAccount();
  const owner = { store, name, host, recording, isShared: !uri.startsWith('lmdb:') };
  const scorer = new ServiceScorer({
    ...owner,
    vouch: (model) => assertVouched(now.globals, model),
    onModel: ({ name: used, version }, model) => {
      notices.note(`scoring with model ${printable(used)}@${version}`);
      outlets.state.uses(version, model);
    },
    onPaused: (why) => {
      outlets.state.paused(why);
      if (why === null) notices.note('ticks are scored again');
      else notices.warn(`ticks are recorded and not scored: ${printable(why)}`);
    },
    onRefused: ({ name: refused, version }, why) =>
      notices.warn(`model ${printable(refused)}@${version} is not used: ${printable(why)}`),
  });
  const learner = new Learner({
    ...owner,
    schedule: scheduleOf(options),
    run: (args) => runOwnBinary(args, environment(context, uri, now.globals), signal),
    onLearned: (said, outcome) => {
      outlets.state.learned(outcome);
      for (const line of said.split('\n')) notices.note(`learning: ${printable(line)}`);
    },
  });
  notices.note(
    `recording ${printable(recording)}; first model after ${durationText(options.firstAfter)}`,
  );
  const hangup = watchHangup(terminal);
  const watchdog = endInTime(context);
  try {
    const measured = collect(context, store, options, source, signal, undefined, cost);
    const ticks = markBoot(measured, await lastRecorded(store, recording), hostUptime);
    const service = {
      ...{ store, recording, scorer, learner, lease, outlets, cost },
      policy: () => policyOf(now.options),
      reloadIfAsked: async () => {
        if (!hangup.take()) return;
        const isTaken = await reload(context, { ...options }, LIVE, async (again) => {
          await outlets.reload(again.config);
          now.options = again.options as unknown as RunValues;
          now.globals = again.globals;
          learner.follow(scheduleOf(now.options));
        });
        outlets.state.reloaded(isTaken);
      },
    };
    await out.list(anomalyView, serve(context, ticks, service));
  } finally {
    hangup.close();
    signal.removeEventListener('abort', watchdog);
    await learner.settled();
    await lease.release();
  }
  return 0;
}

/** After SIGTERM the service ends within five seconds, whatever the store does. */
const END_MS = 4_500;
const STORE_UNAVAILABLE = 6;

/** Ends the process where stopping takes too long: a store that is away does not answer. */
function endInTime({ signal, terminal, notices }: CommandContext): () => void {
  const begin = () => {
    const late = () => {
      notices.warn('the store does not answer: ended without it');
      terminal.exit(STORE_UNAVAILABLE);
    };
    // It must not keep the process alive that it is to end.
    setTimeout(late, END_MS).unref();
  };
  signal.addEventListener('abort', begin, { once: true });
  return begin;
}

/** The environment of the processes that learn: arguments show in the list of processes, this does not. */
function environment(
  { terminal }: Pick<CommandContext, 'terminal'>,
  uri: string,
  globals: CommandContext['globals'],
): Readonly<Record<string, string | undefined>> {
  return {
    ...terminal.env,
    ETHOGRAM_STORE: uri,
    ETHOGRAM_STORE_FILE: '',
    ETHOGRAM_CONFIG: globals.config ?? '',
    ETHOGRAM_REQUIRE_SIGNATURE: String(globals.requireSignature),
    ETHOGRAM_TRUSTED_KEYS: globals.trustedKeys ?? '',
  };
}

function scheduleOf(options: RunValues): Schedule {
  const { firstAfter, learnEvery, learnAt, learnFrom, driftEvery, falseAlarms, sign } = options;
  return {
    firstAfterMs: firstAfter,
    everyMs: learnEvery,
    at: learnAt,
    driftEveryMs: driftEvery,
    windowMs: learnFrom,
    more: [
      ...['--false-alarms', `${falseAlarms}/d`],
      ...(sign === undefined ? [] : ['--sign', sign]),
    ],
  };
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
