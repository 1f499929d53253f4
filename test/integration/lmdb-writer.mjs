/**
 * A process that writes to an LMDB store, or holds one open, until it is killed.
 * Arguments: path, mode, first sequence number. Prints a line per acknowledged tick.
 */
import { openStore } from '@ethogram/store';

const [path, mode, first] = process.argv.slice(2);
const store = await openStore(`lmdb:${path}`, { mode });
process.stdout.write('open\n');
if (mode !== 'write') {
  await store.samples.recordings();
  setInterval(() => store.samples.recordings(), 50);
} else {
  for (let seq = Number(first); ; seq++) {
    const values = new Map([
      ['syscall.read.calls', 1 + (seq % 7)],
      ['syscall.write.calls', 1 + (seq % 3)],
      ['cpu.ns', seq * 1000],
    ]);
    const tick = {
      host: 'alpha',
      boot: 'boot',
      seq,
      ts: 1_767_600_000_000 + seq * 1000,
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
  }
}
