import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** How a tracer is run. */
export interface TracerCommand {
  readonly command: string;
  /** What stands before the arguments of this run. */
  readonly before: readonly string[];
}

/**
 * Passes on signals by name, one a line, on a third descriptor, and ends the tracer when we are
 * gone: it keeps the rights of the start, and we may have become somebody who may not signal it.
 */
const WITH_RELAY = `
  tracer=$$
  (
    while read -r name; do
      [ "$name" = ended ] && exit
      kill -s "$name" "$tracer"
    done
    kill -s INT "$tracer"
  ) <&3 >/dev/null 2>&1 3<&- &
  exec "$@" 3<&-`;

/** Lines of its complaints that are kept for an error message. */
const KEPT_COMPLAINTS = 20;

/** Output that is held at most until it is taken; the rest is dropped and counted. */
const MOST_LINES = 20_000;

/** How long the kernel's ticks of CPU time are, in which it accounts to user space (USER_HZ). */
const CPU_TICK_MS = 10;

/** What a tracer said since it was last asked. */
export interface TracerOutput {
  readonly lines: readonly string[];
  /** Lines on standard error. */
  readonly complaints: readonly string[];
  readonly dropped: number;
}

/** A tracer of its own process (bpftrace, dtrace) that prints lines. */
export class TracerProcess {
  readonly #child: ChildProcess;
  readonly #relay: Writable;
  readonly #complaints: string[] = [];
  readonly #ended: Promise<void>;
  #lines: string[] = [];
  #freshComplaints: string[] = [];
  #rest = '';
  #dropped = 0;
  #heard: () => void = () => {};
  #running = true;
  #cpuMs = 0;

  /** Starts it; {@link nextOutput} tells when it says something. */
  constructor(how: TracerCommand, args: readonly string[]) {
    const relayed = ['-c', WITH_RELAY, 'tracer', how.command, ...how.before, ...args];
    this.#child = spawn('sh', relayed, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // In a group of its own: Ctrl-C at a terminal goes to a whole group, and would end the tracer
      // before our last tick has asked it for what it counted. The relay ends it when we do.
      detached: true,
    });
    this.#relay = this.#child.stdio[3] as Writable;
    // A relay that is gone went with the tracer.
    this.#relay.on('error', () => undefined);
    this.#child.once('exit', () => this.#relay.end('ended\n'));
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

  /**
   * CPU time that it has used so far, milliseconds, by `/proc/PID/stat`; as it was when that could
   * last be read.
   */
  cpuMs(): number {
    const pid = this.#running ? this.#child.pid : undefined;
    if (pid === undefined) return this.#cpuMs;
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
      // utime and stime, the 14th and 15th field; its name, the second, may hold anything.
      const ticks = Number(fields?.[11]) + Number(fields?.[12]);
      if (Number.isFinite(ticks)) this.#cpuMs = ticks * CPU_TICK_MS;
    } catch {
      // It has ended, procfs hides it, or this system has none.
    }
    return this.#cpuMs;
  }

  /** The last lines that it complained of. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** Sends it a signal, where it still runs. */
  signal(name: NodeJS.Signals): void {
    if (this.#running) this.#relay.write(`${name.replace('SIG', '')}\n`);
  }

  /** Resolves at the next output or end; at once where there is output already. */
  nextOutput(): Promise<void> {
    if (this.#lines.length > 0 || !this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }

  /** The whole lines and complaints since the last call, and how many lines found no room. */
  take(): TracerOutput {
    const taken = {
      lines: this.#lines,
      complaints: this.#freshComplaints,
      dropped: this.#dropped,
    };
    this.#lines = [];
    this.#freshComplaints = [];
    this.#dropped = 0;
    return taken;
  }

  /** Ends it and waits until it is gone, its programs with it; may be called again. */
  async close(): Promise<void> {
    this.signal('SIGINT');
    const impatient = setTimeout(() => this.signal('SIGKILL'), 5000);
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
    for (const line of text.split('\n').filter((line) => line.trim() !== '')) {
      this.#complaints.push(line);
      if (this.#freshComplaints.length < MOST_LINES) this.#freshComplaints.push(line);
    }
    this.#complaints.splice(0, this.#complaints.length - KEPT_COMPLAINTS);
  }
}
