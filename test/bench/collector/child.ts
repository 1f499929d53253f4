import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that runs beside what is measured. */
export interface Running {
  readonly pid: number;
  /** All that it printed so far, on either stream. */
  output(): string;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  /** Waits until it has ended by itself. */
  ended(): Promise<void>;
  /** Asks it to end and waits until it has; after a minute it is killed. */
  stop(): Promise<void>;
}

/** How a program is started. */
export interface StartOptions {
  /** Wait until its output holds this. */
  readonly ready?: string;
  /** What asks it to end. */
  readonly signal?: NodeJS.Signals;
  readonly env?: Readonly<Record<string, string>>;
}

/** Longest wait for a program to say that it is ready, or to end when asked. */
const PATIENCE_MS = 60_000;

/**
 * Starts a program and waits until it says that it is ready.
 * @throws where it ends or stays silent instead.
 */
export async function start(
  command: string,
  args: readonly string[],
  { ready, signal = 'SIGINT', env = {} }: StartOptions = {},
): Promise<Running> {
  // Whatever ends this process ends its children: nothing is left attached to the kernel.
  const child = spawn('setpriv', ['--pdeathsig', 'SIGKILL', command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  await once(child, 'spawn');
  const closed = once(child, 'close');
  const until = Date.now() + PATIENCE_MS;
  while (ready !== undefined && !text.includes(ready)) {
    if (hasEnded(child)) throw new Error(`${command} ended: ${lastLine(text)}`);
    if (Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${command} was not ready after ${PATIENCE_MS / 1000} s: ${lastLine(text)}`);
    }
    await sleep(20);
  }
  return {
    pid: child.pid as number,
    output: () => text,
    tell: (line) => child.stdin.write(`${line}\n`),
    ended: async () => {
      await closed;
    },
    stop: async () => {
      if (hasEnded(child)) return;
      child.stdin.end();
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Whether a command is there to be run. */
export function exists(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', command]).status === 0;
}

/** A command line that runs on one processor only. */
export function pinned(cpu: number, command: string, args: readonly string[]): [string, string[]] {
  return ['taskset', ['-c', String(cpu), command, ...args]];
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** What a program said last, for an error message. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
