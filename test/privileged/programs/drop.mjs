// Opens the eBPF backend, gives up every privilege, and records: prints what it still is and sees.
import { dropPrivileges, openCollector } from '@ethogram/collector';

const source = await openCollector({ backend: 'ebpf', intervalMs: 200 });
const threads = dropPrivileges({ user: { uid: 65534, gid: 65534 } });
const stop = new AbortController();
const result = { ticks: 0, calls: 0, lost: {}, links: 0, threads: threads.length };
result.uids = [...new Set(threads.flatMap((thread) => thread.uids))];
result.capabilities = [...new Set(threads.map((thread) => String(thread.capabilities)))];
process.stdin.resume();
// Ticks may be late on a busy machine: what was done before the end is in the two after it.
let after = -1;
process.stdin.on('end', () => {
  after = 0;
});
for await (const tick of source.ticks(stop.signal)) {
  // What was called before the first tick is nobody's: what is to be counted may begin now.
  if (++result.ticks === 1) process.stdout.write('dropped\n');
  if (after >= 0 && ++after >= 2) stop.abort();
  // A longer interval takes no right to load anything anew.
  if (result.ticks === 2) source.setInterval(300);
  result.links += tick.links.length;
  Object.assign(result.lost, tick.lost);
  for (const sample of tick.samples) {
    if (sample.name === process.argv[2]) {
      result.calls += sample.values.get('syscall.getppid.calls') ?? 0;
    }
  }
}
await source.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
