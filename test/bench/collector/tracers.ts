import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exists, lastLine, type Running, start } from './child.js';
import { ROOT } from './setup.js';

/** Something that watches system calls while others are measured. */
export interface Tracer {
  readonly name: string;
  /** Where it can't be had: why. */
  readonly missing?: string;
  /** Runs until stopped. */
  start(): Promise<Running>;
  /**
   * Told what a tracer printed that watched a program of this name: throws where it did not see it.
   */
  sawIt?(output: string, program: string): void;
}

/** A tracer that is silent when it attaches is given this long. */
const ATTACH_MS = 1_500;

const HELD = fileURLToPath(new URL('hold-collector.js', import.meta.url));

/** A program at `sys_exit` that does nothing: the floor under every other. */
export const EMPTY = 'empty program at sys_exit';
/** Our own row. */
export const OURS = 'ethogram';

/** Nothing but the empty program. */
export function emptyTracer(built: (name: string) => string): Tracer {
  return {
    name: EMPTY,
    start: () => start(built('attach'), [built('empty.bpf.o')], { ready: 'attached' }),
  };
}

/** The collector alone, one tick a second. */
export const collectorTracer: Tracer = {
  name: OURS,
  start: () => start(process.execPath, [HELD], { ready: 'attached' }),
};

/** What a user runs: `ethogram record`, its store included. */
export function recordTracer(folder: string): Tracer {
  return {
    name: `${OURS} record`,
    start: () => startRecord(folder),
  };
}

/**
 * Starts `ethogram record` into a store below `folder`.
 * @param folder a new one for each run, or the same to go on.
 */
export function startRecord(folder: string): Promise<Running> {
  const args = [`${ROOT}packages/cli/bin/ethogram.js`, 'record', '--store', `lmdb:${folder}/store`];
  return start(process.execPath, [...args, '--backend', 'ebpf', '--max-cpu', '100%'], {
    ready: 'measuring with ebpf',
  });
}

const BPFTRACE_PROGRAM =
  'BEGIN { printf("attached\\n"); } ' +
  'tracepoint:raw_syscalls:sys_enter { @[pid, args->id] = count(); }';

/** The two that count in the kernel as we do, as far as they are there now. */
export function countingPeers(): readonly Tracer[] {
  return [
    {
      name: 'bpftrace @[pid, args->id] = count()',
      ...missingUnless('bpftrace', 'bpftrace'),
      start: () => start('bpftrace', ['-B', 'line', '-e', BPFTRACE_PROGRAM], { ready: 'attached' }),
    },
    {
      name: 'syscount -P',
      ...missingUnless('syscount', 'libbpf-tools'),
      start: () => startSilent('syscount', ['-P']),
      sawIt: seesName,
    },
  ];
}

/** Every call of every process as an event to user space, summed up there. */
export function perfTrace(folder: string): Tracer {
  const file = `${folder}/perf-trace.txt`;
  return {
    name: 'perf trace -s',
    ...missingUnless('perf', 'linux-perf'),
    start: async () => {
      const running = await startSilent('perf', ['trace', '-a', '-s', '-o', file]);
      const output = () => execFileSync('cat', [file], { encoding: 'utf8', maxBuffer: 2 ** 28 });
      return { ...running, output };
    },
    sawIt: seesName,
  };
}

async function startSilent(command: string, args: readonly string[]): Promise<Running> {
  const running = await start(command, args);
  await sleep(ATTACH_MS);
  return running;
}

function seesName(output: string, program: string): void {
  if (!output.includes(program)) {
    throw new Error(
      `a tracer did not see ${program}, so its cost means nothing: ${lastLine(output)}`,
    );
  }
}

/** `{ missing }` with the reason where a command is not there. */
export function missingUnless(command: string, debianPackage: string): { missing?: string } {
  if (exists(command)) return {};
  return { missing: `${command} is not there (Debian package ${debianPackage})` };
}
