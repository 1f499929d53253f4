import { fileURLToPath } from 'node:url';
import type { OpenOptions } from '../collector-options.js';
import { measuredSource } from '../measured-source.js';
import type { Opened } from '../open-backend.js';
import type { Limitation } from '../sample-source.js';
import type { TracerCommand } from '../tracers/tracer-process.js';
import { DtraceReader } from './dtrace-reader.js';

/** What a D program cannot tell, or would tell at too high a cost. */
const BLIND: readonly string[] = [
  'disk',
  'net',
  'latency',
  'queue',
  'utilisation',
  'process.instances',
  'thread',
  'memory',
  'fd',
  'links',
];

/** Platforms that have DTrace, and the D program for each; Linux has better. */
const SCRIPTS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  sunos: 'illumos.d',
  freebsd: 'freebsd.d',
  darwin: 'macos.d',
};

/** The platform and its dtrace; parameters, so that tests can stand in for them. */
export interface DtracePlatform {
  readonly platform: NodeJS.Platform;
  readonly how: TracerCommand;
}

/**
 * Opens the backend that runs the platform's own DTrace.
 * @param here the platform; default this one.
 */
export async function openDtrace(
  options: OpenOptions,
  passedOver: readonly Limitation[],
  here: DtracePlatform = { platform: process.platform, how: { command: 'dtrace', before: [] } },
): Promise<Opened> {
  const script = SCRIPTS[here.platform];
  if (script === undefined) {
    return {
      limitation: {
        code: 'COLLECT-2001',
        reason: `DTrace: there is no D program for ${here.platform}`,
        remedy: 'Use the eBPF or the procfs backend on Linux.',
      },
    };
  }
  const reader = new DtraceReader({
    how: here.how,
    script: fileURLToPath(new URL(`../../dtrace/${script}`, import.meta.url)),
    group: options.group,
  });
  try {
    await reader.start();
  } catch (cause) {
    return {
      limitation: {
        code: 'COLLECT-2001',
        reason: `DTrace: ${(cause as Error).message}`,
        remedy:
          'Run as root; on macOS, System Integrity Protection must let DTrace look ' +
          '(`csrutil enable --without dtrace`).',
      },
    };
  }
  const source = measuredSource({
    description: { backend: 'dtrace', blind: BLIND, limitations: [...passedOver] },
    options,
    // These platforms have no clock that both counts through suspend and can be read by all.
    bootTimeNs: () => options.clock.monotonicNs(),
    readers: [reader],
    release: () => {},
  });
  return { source };
}
