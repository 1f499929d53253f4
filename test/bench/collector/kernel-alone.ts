import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './figures.js';

const TRACING = ['tracing', 'raw_tracepoint', 'tracepoint', 'kprobe', 'perf_event'];

/**
 * Waits for the machine-wide lock of whatever attaches programs to the kernel. A child holds it
 * for as long as its standard input is open: it goes with this process.
 * @returns what gives it back.
 */
export async function lockKernel(): Promise<() => void> {
  const child = spawn('flock', [join(tmpdir(), 'ethogram-kernel.lock'), 'cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write('held\n');
  await once(child.stdout, 'data');
  return () => child.stdin.end();
}

/** The kernel frees a program a while after whoever held it has ended. */
const FREED_WITHIN_MS = 5_000;

/**
 * A cost measured beside another tracing program is that program's cost too.
 * @param anyway says so and goes on.
 * @throws where another one is loaded, and stays.
 */
export async function refuseCompany(anyway: boolean): Promise<void> {
  const until = Date.now() + FREED_WITHIN_MS;
  let company = tracingPrograms();
  while (company.length > 0 && Date.now() < until) {
    await sleep(200);
    company = tracingPrograms();
  }
  if (company.length === 0) return;
  const names = [...new Set(company)].join(', ');
  if (!anyway) {
    throw new Error(
      `another tracing program is loaded (${names}): no cost measured now would be ours`,
    );
  }
  say(`Beside other tracing programs (${names}): differences still mean something, sums do not.`);
}

function tracingPrograms(): string[] {
  const listed = execFileSync('bpftool', ['-j', 'prog', 'list'], { encoding: 'utf8' });
  const programs = JSON.parse(listed) as { readonly type: string; readonly name?: string }[];
  return programs
    .filter(({ type }) => TRACING.includes(type))
    .map(({ name }) => name ?? 'without a name');
}
