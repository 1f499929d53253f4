/**
 * A Node.js process that does nothing, or only reads the native part of the collector once a
 * second, until it gets SIGINT: `hold-native.js nothing|ebpf`.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
const read = process.argv[2] === 'ebpf' ? await openNative() : async () => undefined;
process.stdout.write('ready\n');
while (!stop.signal.aborted) {
  await sleep(1000, undefined, { signal: stop.signal }).catch(() => undefined);
  await read();
}
process.exit(0);

async function openNative(): Promise<() => Promise<unknown>> {
  const { loadEbpf } = await import('@ethogram/native');
  const loaded = loadEbpf();
  if (!loaded.addon) throw new Error(loaded.reason);
  // As the collector opens it.
  const session = loaded.addon.open({ ringBytes: 4 << 20, latency: false });
  if (typeof session === 'string') throw new Error(session);
  return () => session.read(false);
}
