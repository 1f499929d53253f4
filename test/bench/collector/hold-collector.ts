/**
 * Runs the eBPF backend until its input ends, and prints what it counted:
 * `hold-collector.js [NAME]`, where NAME is the start of the names of executables of which every
 * `getppid` is counted.
 */
import { openCollector } from '@ethogram/collector';

const [counted = ''] = process.argv.slice(2);
const source = await openCollector({ backend: 'ebpf', intervalMs: 1000 });
process.stdout.write('attached\n');
const stop = new AbortController();
process.stdin.resume();
process.stdin.on('end', () => stop.abort());
process.on('SIGINT', () => stop.abort());
const lost: Record<string, number> = {};
let calls = 0;
let countedCalls = 0;
let starts = 0;
let ticks = 0;
for await (const tick of source.ticks(stop.signal)) {
  ticks++;
  for (const [cause, count] of Object.entries(tick.lost)) lost[cause] = (lost[cause] ?? 0) + count;
  for (const { name, values } of tick.samples) {
    for (const [metric, value] of values) if (metric.endsWith('.calls')) calls += value;
    if (counted === '' || !name.split('/').at(-1)?.startsWith(counted)) continue;
    countedCalls += values.get('syscall.getppid.calls') ?? 0;
    starts += values.get('process.starts') ?? 0;
  }
}
await source.close();
process.stdout.write(`${JSON.stringify({ ticks, calls, countedCalls, starts, lost })}\n`);
