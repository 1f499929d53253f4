import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where cgroup2 is mounted: alone, or beside version 1. */
const CGROUP2_ROOTS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/** A command running in a cgroup named like a systemd unit, so that the collector names it so. */
export interface ServiceUnit {
  /** The unit's name: `bed-nginx.service`. */
  readonly name: string;
  readonly pid: number;
  /** What the command wrote to stdout and stderr so far. */
  output(): string;
  /** Sends a line to the command's standard input. */
  send(line: string): void;
  /** Closes the command's standard input. */
  end(): void;
  /** Ends the command (SIGTERM, after 5 s SIGKILL) and removes the cgroup. */
  stop(): Promise<void>;
}

/** Whether this process may make cgroups, so that {@link startUnit} can name units. */
export function canMakeUnits(): boolean {
  return process.getuid?.() === 0 && cgroup2Root() !== undefined;
}

function cgroup2Root(): string | undefined {
  return CGROUP2_ROOTS.find((root) => existsSync(join(root, 'cgroup.procs')));
}

/**
 * Starts a command as a unit. The shell that enters the cgroup becomes the command by `exec`, so
 * no helper stays behind.
 * @param name ends in `.service`
 * @throws Error where no cgroup2 hierarchy can be written
 */
export function startUnit(name: string, command: readonly string[]): ServiceUnit {
  const root = cgroup2Root();
  if (!root) throw new Error('startUnit: no cgroup2 hierarchy is mounted here');
  const cgroup = join(root, name);
  mkdirSync(cgroup, { recursive: true });
  const enter = `echo $$ > "${join(cgroup, 'cgroup.procs')}" && exec "$0" "$@"`;
  const child = spawn('/bin/sh', ['-c', enter, ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-100_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stdin.on('error', () => {});
  const ended = once(child, 'close');
  return {
    name,
    pid: child.pid ?? -1,
    output: () => output,
    send: (line) => {
      child.stdin.write(`${line}\n`);
    },
    end: () => {
      child.stdin.end();
    },
    stop: async () => {
      await terminate(child, ended);
      await removeCgroup(cgroup);
    },
  };
}

async function terminate(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(kill);
}

/** A cgroup can go only once its last task is reaped. */
async function removeCgroup(cgroup: string): Promise<void> {
  for (let attempt = 0; attempt < 50 && existsSync(cgroup); attempt++) {
    try {
      rmdirSync(cgroup);
    } catch {
      await delay(100);
    }
  }
}
