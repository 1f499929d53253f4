import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 20;

/** Most memory that a process had at once, megabytes (2^20). */
export interface PeakMemory {
  /** RssAnon of proc(5): its own, without mapped files, which the system takes back when it needs room. */
  readonly privateMb: number;
  /** The same in the first and in the second half of its life: equal where it is flat. */
  readonly halvesMb: readonly [number, number];
  /** VmHWM: all that was resident, mapped files too. */
  readonly residentMb: number;
}

/** What a process printed, and what it took. */
export interface Watched {
  readonly output: string;
  readonly peak: PeakMemory;
}

/**
 * Runs a program of Node and watches its memory from outside.
 * @param input the standard output of this process is its standard input.
 * @throws where it ends otherwise than well
 */
export async function watchProcess(
  argv: readonly string[],
  input?: ChildProcess,
): Promise<Watched> {
  const child = spawn(process.execPath, [...argv], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (input?.stdout) input.stdout.pipe(child.stdin);
  else child.stdin.end();
  const seen: number[] = [];
  let residentKb = 0;
  const look = (): void => {
    const status = statusOf(child.pid as number);
    const own = field(status, 'RssAnon');
    if (own > 0) seen.push(own);
    residentKb = Math.max(residentKb, field(status, 'VmHWM'));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code ?? signal}`);
  const middle = seen.length >> 1;
  const most = (values: readonly number[]): number =>
    values.reduce((a, b) => Math.max(a, b), 0) / 1024;
  return {
    output,
    peak: {
      privateMb: most(seen),
      halvesMb: [most(seen.slice(0, middle)), most(seen.slice(middle))],
      residentMb: residentKb / 1024,
    },
  };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function field(status: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
}
