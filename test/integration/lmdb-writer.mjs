/**
 * A process that writes to an LMDB store, or holds one open, until it is killed.
 * Arguments: path, mode, first sequence number; for a writer also the sync mode, after how many
 * ticks it kills itself, and how long it waits between them. Prints a line per acknowledged tick.
 */
import { openStore } from '@ethogram/store';

const [path, mode, first, sync, count, pauseMs] = process.argv.slice(2);
const store = await openStore(`lmdb:${path}`, { mode, ...(sync ? { sync } : {}) });
process.stdout.write('open\n');
if (mode !== 'write') {
  await store.samples.recordings();
  setInterval(() => store.samples.recordings(), 50);
} else {
  // Six to a minute where it ends by itself, so that chunks are re-packed too.
  const stepMs = count ? 10_000 : 1_000;
  for (let seq = Number(first); seq < (count ? Number(count) : Infinity); seq++) {
    const values = new Map([
      ['syscall.read.calls', 1 + (seq % 7)],
      ['syscall.write.calls', 1 + (seq % 3)],
      ['cpu.ns', seq * 1000],
    ]);
    const tick = {
      host: 'alpha',
      boot: 'boot',
      seq,
      ts: 1_767_600_000_000 + seq * stepMs,
      intervalNs: 1e9,
      backend: 'ebpf',
      blind: [],
      samples: [{ kind: 'process', name: 'worker', values }],
      links: [],
      linkSnapshot: false,
      markers: [],
      lost: {},
    };
    await store.samples.append('live', [tick]);
    process.stdout.write(`${seq}\n`);
    if (pauseMs) await new Promise((resolve) => setTimeout(resolve, Number(pauseMs)));
  }
  process.kill(process.pid, 'SIGKILL');
}
