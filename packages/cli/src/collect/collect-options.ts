import { bytes, choice, duration, file, integer, number, percent, text } from '../options/kinds.js';
import { flag, list, type OptionValues, option } from '../options/option.js';

/** How this host is measured: options of every command that collects. */
export const collectOptions = Object.freeze({
  interval: option(duration(10, 3_600_000), {
    default: '1s',
    help: 'time between ticks, 10ms to 1h',
    example: '1s',
  }),
  backend: option(choice(['auto', 'ebpf', 'procfs', 'dtrace', 'replay']), {
    default: 'auto',
    help: 'what measures; auto takes the best that works here and says why others do not; replay plays a recording as if it happened now',
    example: 'procfs',
  }),
  recipe: list(file, {
    help: 'also run this bpftrace program, whose maps become metrics of custom sources',
    example: 'biolatency.bt',
  }),
  fromRecording: option(text('NAME'), {
    help: 'with --backend replay: the recording to play',
    example: 'normal',
  }),
  speed: option(number(0.001, 1e9), {
    default: '1',
    help: 'with --backend replay: recorded time per time that goes by',
    example: '60',
  }),
  maxSources: option(integer(1, 100_000), {
    default: '500',
    help: 'most process sources at once; the rest is counted as "other"',
    example: '200',
  }),
  maxCpu: option(percent, {
    default: '5%',
    help: 'most CPU that recording may use, as a share of one processor over 30 s; above it the interval is doubled, up to 1m, and halved again once that is cheap; beyond that eBPF is detached',
    example: '2%',
  }),
  group: option(choice(['unit', 'container', 'exe', 'comm', 'user']), {
    default: 'unit',
    help: 'what makes processes one source',
    example: 'container',
  }),
  match: option(text('GLOB'), {
    help: 'only process sources whose name matches (* any run, ? one character)',
    example: 'nginx*',
  }),
  latency: flag({
    help: 'also measure how long each system call takes (eBPF only; about doubles what a call costs)',
  }),
  kernelMemory: option(bytes, {
    default: '32MiB',
    help: 'most memory for the maps of the eBPF backend, 1MiB to 1GiB, beside some 4 KiB a thread',
    example: '8MiB',
  }),
  user: option(text('NAME'), {
    help: 'whom root becomes once the programs are loaded (default: whoever owns the store; root keeps no capability in any case)',
    example: 'ethogram',
  }),
  keepPtrace: flag({
    help: "keep CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, by which --backend procfs reads I/O and descriptors of others' processes, and sees those that hidepid hides",
  }),
});

/** The values of {@link collectOptions}. */
export type CollectValues = OptionValues<typeof collectOptions>;
