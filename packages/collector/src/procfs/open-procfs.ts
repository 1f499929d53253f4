import { loadProcfs } from '@ethogram/native';
import type { OpenOptions } from '../collector-options.js';
import { DiskReader } from '../devices/diskstats.js';
import { HostReader } from '../host/host-reader.js';
import { processNamer } from '../identity/name-processes.js';
import { measuredSource } from '../measured-source.js';
import type { Opened } from '../open-backend.js';
import type { Limitation } from '../sample-source.js';
import { countDenied } from './count-denied.js';
import { whyHidden } from './hidden-processes.js';
import { LinkReader } from './links/link-reader.js';
import { ProcessReader } from './process-reader.js';

/**
 * What procfs does not tell: which system calls, sizes of single reads and writes, requests
 * charged to processes, calls that connect and accept, latencies, what is not there for long enough
 * to be met (links are looked for every ten seconds), and how much passes over a link.
 */
const BLIND: readonly string[] = [
  'syscall',
  'io.read.size',
  'io.write.size',
  'disk.read.ops',
  'disk.write.ops',
  'net.connects',
  'net.accepts',
  'latency',
  'links.bytes',
  'links.udp',
  'short-lived',
];

/** Added where `hidepid` hides whoever belongs to somebody else. */
const HIDDEN = 'processes of other users';

/** A look through all descriptors takes some ten milliseconds on a busy host. */
const CENSUS_EVERY_MS = 10_000;

/**
 * Opens the backend that reads procfs. It needs no privilege; without any it sees CPU, memory
 * and faults of everybody's processes, but I/O and descriptors only of one's own.
 */
export async function openProcfs(
  options: OpenOptions,
  passedOver: readonly Limitation[],
): Promise<Opened> {
  const loaded = loadProcfs();
  if (!loaded.addon) {
    return {
      limitation: {
        code: 'COLLECT-2003',
        reason: loaded.reason,
        remedy: 'Run `npm run build:native`.',
      },
    };
  }
  const { addon } = loaded;
  let scanner: InstanceType<typeof addon.ProcessScanner>;
  try {
    scanner = new addon.ProcessScanner(options.procRoot);
  } catch (cause) {
    return {
      limitation: {
        code: 'COLLECT-2001',
        reason: `procfs cannot be read at ${options.procRoot}: ${(cause as Error).message}`,
        remedy: 'Mount procfs there, or name where it is mounted.',
      },
    };
  }
  const processes = new ProcessReader({
    scanner,
    name: processNamer(options),
    ownPid: options.ownPid,
  });
  const links = new LinkReader({
    procRoot: options.procRoot,
    scanner,
    unixPeers: () => (options.procRoot === '/proc' ? addon.unixPeers() : new Float64Array()),
    process: (number) => processes.process(number),
    censusEveryMs: CENSUS_EVERY_MS,
  });
  const hidden = whyHidden(options.procRoot);
  const source = measuredSource({
    description: {
      backend: 'procfs',
      blind: hidden === undefined ? BLIND : [...BLIND, HIDDEN],
      limitations: [...passedOver, ...ownLimitations(options, hidden)],
    },
    options,
    bootTimeNs: () => addon.bootTimeNs(),
    readers: [processes, links, new DiskReader(options), new HostReader(options)],
    release: () => scanner.close(),
  });
  return { source };
}

/** What this very process may not read; the sources concerned have an attribute `blind`, too. */
function ownLimitations({ procRoot }: OpenOptions, hidden: string | undefined): Limitation[] {
  const { denied, of } = countDenied(procRoot);
  const reasons = [
    ...(hidden === undefined ? [] : [hidden]),
    ...(denied === 0
      ? []
      : [`the I/O and descriptors of ${denied} of ${of} processes may not be read`]),
  ];
  return reasons.map((reason) => ({
    code: 'COLLECT-2004',
    reason,
    remedy:
      'Run as root with --keep-ptrace; eBPF sees them without a capability once it is loaded.',
  }));
}
