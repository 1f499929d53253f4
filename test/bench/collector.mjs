// What the collector costs, beside its peers and the floor, in one run: `node test/bench/collector.mjs`.
// Every figure is measured here and now; ratios are what can be compared between machines.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));
const ROUNDS = 3;

const folder = mkdtempSync(join(tmpdir(), 'ethogram-bench-'));
const built = (name) => join(folder, name);

const lock = spawn('flock', [join(tmpdir(), 'ethogram-kernel.lock'), 'cat'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
lock.stdin.write('held\n');
await once(lock.stdout, 'data');
try {
  refuseCompany();
  build();
  await costPerCall();
  await ownCost();
} finally {
  lock.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}

/** A cost measured beside another tracing program is that program's cost too. */
function refuseCompany() {
  const programs = JSON.parse(
    execFileSync('bpftool', ['-j', 'prog', 'list'], { encoding: 'utf8' }),
  );
  const tracing = programs.filter(({ type }) =>
    ['tracing', 'raw_tracepoint', 'tracepoint', 'kprobe', 'perf_event'].includes(type),
  );
  if (tracing.length === 0) return;
  const names = [...new Set(tracing.map(({ name }) => name))].join(', ');
  if (process.argv.includes('--anyway')) {
    say(`Beside other tracing programs (${names}): differences still mean something, sums do not.`);
    return;
  }
  throw new Error(
    `another tracing program is loaded (${names}): no cost measured now would be ours`,
  );
}

function build() {
  const triple = execFileSync('cc', ['-dumpmachine'], { encoding: 'utf8' }).trim();
  const source = (name) => join(PROGRAMS, name);
  execFileSync('cc', ['-O2', '-o', built('call-cost'), source('call-cost.c')]);
  execFileSync('cc', ['-O2', '-o', built('attach'), source('attach.c'), '-lbpf']);
  execFileSync('clang', [
    ...['-g', '-O2', '-target', 'bpf', '-isystem', `/usr/include/${triple}`],
    ...['-c', source('empty.bpf.c'), '-o', built('empty.bpf.o')],
  ]);
}

/** Starts something that attaches, and waits for its first line. */
async function attached(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const line = once(child.stdout, 'data');
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${command} ended with exit code ${code}`);
  });
  await Promise.race([line, failed]);
  failed.catch(() => undefined);
  return async () => {
    child.stdin.end();
    child.kill('SIGINT');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
}

function callCost(batches) {
  return Number(execFileSync(built('call-cost'), [String(batches)], { encoding: 'utf8' }));
}

function exists(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

async function costPerCall() {
  const bpftrace = 'BEGIN { printf("attached\\n"); } ';
  const count = 'tracepoint:raw_syscalls:sys_enter { @[pid, args->id] = count(); }';
  const collector = fileURLToPath(new URL('hold-collector.mjs', import.meta.url));
  const variants = {
    base: () => callCost(400),
    'empty program at sys_exit': () => beside(built('attach'), [built('empty.bpf.o')]),
    ethogram: () => beside(process.execPath, [collector]),
  };
  if (exists('bpftrace')) {
    variants['bpftrace @[pid, args->id] = count()'] = () =>
      beside('bpftrace', ['-B', 'line', '-e', bpftrace + count]);
  }
  if (exists('strace')) variants['strace -c'] = straceCost;
  const least = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, measure] of Object.entries(variants)) {
      least[name] = Math.min(least[name] ?? Infinity, await measure());
    }
  }
  const empty = least['empty program at sys_exit'] - least.base;
  say('\n## Nanoseconds added to a system call (getppid; the least of all batches)\n');
  say('| | ns per call | added | of that above the empty program |');
  say('|---|---|---|---|');
  for (const [name, ns] of Object.entries(least)) {
    const added = ns - least.base;
    const above = name === 'base' || name.startsWith('empty') ? '' : (added - empty).toFixed(1);
    say(`| ${name} | ${ns.toFixed(1)} | ${name === 'base' ? '' : added.toFixed(1)} | ${above} |`);
  }
  const ours = least.ethogram - least.base;
  for (const [name, ns] of Object.entries(least)) {
    if (['base', 'empty program at sys_exit', 'ethogram'].includes(name)) continue;
    const theirs = ns - least.base;
    say(`\nethogram / ${name}: ${(ours / theirs).toPrecision(2)} of what it adds in all, `);
    say(
      `${((ours - empty) / (theirs - empty)).toPrecision(2)} of what it adds above the empty program.`,
    );
  }
}

async function beside(command, args) {
  const stop = await attached(command, args);
  try {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return callCost(400);
  } finally {
    await stop();
  }
}

/** strace stops the traced program at every call: a few batches are enough. */
function straceCost() {
  const args = ['-c', '-o', '/dev/null', built('call-cost'), '2'];
  return Number(execFileSync('strace', args, { encoding: 'utf8' }));
}

/** CPU and memory of a collector at one tick a second, with 300 processes and a busy caller. */
async function ownCost() {
  const idle = Array.from({ length: 300 }, () => spawn('sleep', ['120'], { stdio: 'ignore' }));
  const caller = spawn(built('call-cost'), ['1000000'], { stdio: 'ignore' });
  const collector = fileURLToPath(new URL('hold-collector.mjs', import.meta.url));
  const child = spawn(process.execPath, [collector, '20'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'exit');
  for (const process of [...idle, caller]) process.kill();
  const result = JSON.parse(output.split('\n').find((line) => line.startsWith('{')));
  say('\n## Own cost at one tick a second, 300 idle processes and one that only calls\n');
  say('| calls a second | CPU of one core | resident | of that before the programs | lost |');
  say('|---|---|---|---|---|');
  say(
    `| ${Math.round(result.callsPerSecond)} | ${(result.cpuShare * 100).toFixed(2)} % ` +
      `| ${(result.rss / 1e6).toFixed(1)} MB | ${(result.rssBefore / 1e6).toFixed(1)} MB ` +
      `| ${result.lost} |`,
  );
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
