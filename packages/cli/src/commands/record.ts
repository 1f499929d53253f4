import { hostname } from 'node:os';
import type { SampleSource } from '@ethogram/collector';
import { bytesText, durationText, shareText } from '@ethogram/report';
import { hostUptime, lastRecorded, markBoot } from '../collect/boot-marker.js';
import { collect, untilElapsed } from '../collect/collect.js';
import { type CollectValues, collectOptions } from '../collect/collect-options.js';
import { holdCollectorLease } from '../collect/collector-lease.js';
import { measuringCpuMs } from '../collect/measuring-cost.js';
import { processCost } from '../collect/own-cost.js';
import { RecordTally } from '../collect/record-tally.js';
import { startMeasuring } from '../collect/start-measuring.js';
import { type CommandContext, defineCommand } from '../command.js';
import { choice, duration, text } from '../options/kinds.js';
import { option } from '../options/option.js';

/** `record`: ticks of this host into the store. */
export const recordCommand = defineCommand({
  name: 'record',
  staysSmall: true,
  summary: 'record this host into the store until --duration has passed or Ctrl-C',
  description:
    'Every tick is stored as soon as it is taken, so that what was recorded survives whatever ends the program. Prints a summary at the end: ticks, sources, what was lost while measuring, and what recording itself cost in CPU and memory.',
  options: {
    ...collectOptions,
    duration: option(duration(10, 366 * 86_400_000), {
      help: 'how long to record (default: until a signal)',
      example: '10m',
    }),
    recording: option(text('NAME'), {
      default: 'live',
      help: 'the name of the recording; a name that exists is continued',
      example: 'monday',
    }),
    sync: option(choice(['tick', '5s', 'off']), {
      default: '5s',
      help: 'when the embedded store reaches the disk; only a power cut can lose what is not yet there',
      example: 'tick',
    }),
  },
  examples: [
    { run: 'ethogram record', does: 'record into "live" until Ctrl-C' },
    {
      run: 'ethogram record --duration 15m --recording normal',
      does: 'a quarter of an hour, enough to learn rates from',
    },
    {
      run: 'ethogram record --backend procfs --interval 5s --match "nginx*"',
      does: 'without eBPF, every five seconds, nginx only',
    },
    {
      run: 'ethogram record --backend replay --from-recording normal --speed 60 --recording again',
      does: 'play a recording into another one, a minute a second',
    },
  ],
  async run(context, options) {
    const source = await startMeasuring(context, options);
    const tally = new RecordTally(options.recording);
    const startNs = context.clock.monotonicNs();
    const startCpuMs = measuringCpuMs(source);
    const elapsedMs = () => Number(context.clock.monotonicNs() - startNs) / 1e6;
    const cpuShare = () => (measuringCpuMs(source) - startCpuMs) / Math.max(1, elapsedMs());
    try {
      await record(context, options, source, tally, () => {
        const { residentBytes } = processCost();
        const own = `own CPU ${shareText(cpuShare())}, memory ${bytesText(residentBytes)}`;
        context.notices.status(`${tally.text()}, ${own}`);
      });
    } finally {
      await source?.close();
    }
    const cost = {
      cpuShare: cpuShare(),
      peakBytes: processCost().peakBytes,
      elapsedMs: elapsedMs(),
    };
    await context.out.document(
      {
        ...tally.record(),
        cpuShare: Number(cost.cpuShare.toFixed(4)),
        peakBytes: cost.peakBytes,
        elapsedMs: Math.round(cost.elapsedMs),
      },
      [
        `${tally.text()}, own CPU ${shareText(cost.cpuShare)} of one processor, memory ${bytesText(cost.peakBytes)}, in ${durationText(cost.elapsedMs)}`,
        ...tally.diskLines(),
      ],
    );
    return 0;
  },
});

interface RecordValues extends CollectValues {
  readonly duration: number | undefined;
  readonly recording: string;
  readonly sync: 'tick' | '5s' | 'off';
}

/** Stores tick after tick until the duration has passed or a signal comes. */
async function record(
  context: CommandContext,
  options: RecordValues,
  source: SampleSource | undefined,
  tally: RecordTally,
  onTick: () => void,
): Promise<void> {
  const store = await context.openStore('write', { sync: options.sync });
  const { recording, interval } = options;
  // What is replayed is not this host: whoever scores it live shall not follow us.
  const lease =
    source && (await holdCollectorLease(store, hostname(), recording, interval, context.clock));
  const until = untilElapsed(context, options.duration);
  const lastTick = source && (await lastRecorded(store, recording));
  try {
    const ticks = collect(context, store, options, source, until.signal, ({ backend }) => {
      tally.backend = backend;
    });
    for await (const tick of markBoot(ticks, lastTick, hostUptime)) {
      await lease?.renew(tick.intervalNs / 1e6);
      await store.samples.append(recording, [tick]);
      tally.add(tick);
      onTick();
    }
    tally.disks = source?.reconcile?.() ?? [];
  } finally {
    until.cancel();
    await lease?.release();
  }
}
