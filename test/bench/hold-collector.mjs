// Runs the eBPF backend until its input ends, or for so many seconds, and prints what it cost.
import { openCollector } from '@ethogram/collector';

const seconds = Number(process.argv[2] ?? 0);
const rssBefore = process.memoryUsage().rss;
const source = await openCollector({ backend: 'ebpf', intervalMs: 1000 });
process.stdout.write('attached\n');
const stop = new AbortController();
if (seconds > 0) {
  setTimeout(() => stop.abort(), seconds * 1000);
} else {
  process.stdin.resume();
  process.stdin.on('end', () => stop.abort());
}
let calls = 0;
let lost = 0;
let startedAt = process.hrtime.bigint();
let cpu = process.cpuUsage();
let ticks = 0;
for await (const tick of source.ticks(stop.signal)) {
  // The first ticks load code and name every process: the steady state comes after.
  if (++ticks === 3) {
    calls = 0;
    startedAt = process.hrtime.bigint();
    cpu = process.cpuUsage();
  }
  for (const count of Object.values(tick.lost)) lost += count;
  for (const sample of tick.samples) {
    for (const [metric, value] of sample.values) if (metric.endsWith('.calls')) calls += value;
  }
}
const elapsed = Number(process.hrtime.bigint() - startedAt) / 1e9;
const used = process.cpuUsage(cpu);
await source.close();
const cpuShare = (used.user + used.system) / 1e6 / elapsed;
const rss = process.memoryUsage().rss;
const result = { callsPerSecond: calls / elapsed, cpuShare, rss, rssBefore, lost };
process.stdout.write(`${JSON.stringify(result)}\n`);
