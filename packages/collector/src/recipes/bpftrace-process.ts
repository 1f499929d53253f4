import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** How bpftrace is run. */
export interface BpftraceCommand {
  readonly command: string;
  /** What stands before bpftrace's own arguments. */
  readonly before: readonly string[];
}

/**
 * How to run bpftrace here. It finds tracepoints in tracefs; where that is not mounted it gets
 * one in a mount namespace of its own, so that nothing changes for the host.
 */
export function bpftraceCommand(sysRoot: string): BpftraceCommand {
  const mounted = ['tracing', 'debug/tracing'].some((place) =>
    existsSync(`${sysRoot}/kernel/${place}/events`),
  );
  if (mounted) return { command: 'bpftrace', before: [] };
  const script = 'mount -t tracefs tracefs /sys/kernel/tracing && exec bpftrace "$@"';
  return { command: 'unshare', before: ['--mount', 'sh', '-c', script, 'bpftrace'] };
}

/** Lines of its complaints that are kept for an error message. */
const KEPT_COMPLAINTS = 20;

/** Output of one print that is held at most; the rest is dropped, and counted by the reader. */
const MOST_LINES = 20_000;

/** A bpftrace that runs a program and prints all maps whenever asked. */
export class BpftraceProcess {
  readonly #child: ChildProcess;
  readonly #complaints: string[] = [];
  readonly #ended: Promise<void>;
  #lines: string[] = [];
  #rest = '';
  #dropped = 0;
  #heard: () => void = () => {};
  #running = true;

  /** Starts it; {@link nextOutput} tells when it says something. */
  constructor(how: BpftraceCommand, program: string) {
    const args = [...how.before, '-f', 'json', '-B', 'line', '-e', program];
    this.#child = spawn(how.command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#complain(text));
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#running = false;
        this.#heard();
        resolve();
      };
      this.#child.once('error', (cause) => {
        this.#complain(cause.message);
        end();
      });
      this.#child.once('close', end);
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** The last of what it complained of, without its notice on locked memory. */
  get complaints(): string {
    return this.#complaints.filter((line) => !line.includes('RLIMIT_MEMLOCK')).join('\n');
  }

  /** Asks for all maps (bpftrace prints them on SIGUSR1). */
  print(): void {
    if (this.#running) this.#child.kill('SIGUSR1');
  }

  /** Resolves at the next output or end; at once where there is output already. */
  nextOutput(): Promise<void> {
    if (this.#lines.length > 0 || !this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }

  /** The whole lines since the last call, and how many were dropped for want of room. */
  take(): { readonly lines: readonly string[]; readonly dropped: number } {
    const taken = { lines: this.#lines, dropped: this.#dropped };
    this.#lines = [];
    this.#dropped = 0;
    return taken;
  }

  /** Ends it and waits until it is gone, its programs with it. */
  async close(): Promise<void> {
    if (this.#running) this.#child.kill('SIGINT');
    const impatient = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#ended;
    clearTimeout(impatient);
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#lines.length < MOST_LINES) this.#lines.push(line);
      else this.#dropped++;
    }
    this.#heard();
  }

  #complain(text: string): void {
    this.#complaints.push(...text.split('\n').filter((line) => line.trim() !== ''));
    this.#complaints.splice(0, this.#complaints.length - KEPT_COMPLAINTS);
  }
}
