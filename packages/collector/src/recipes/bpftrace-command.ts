import { existsSync } from 'node:fs';
import type { TracerCommand } from '../tracers/tracer-process.js';

/**
 * How to run bpftrace here. It finds tracepoints in tracefs; where that is not mounted it gets
 * one in a mount namespace of its own, so that nothing changes for the host.
 */
export function bpftraceCommand(sysRoot: string): TracerCommand {
  const mounted = ['tracing', 'debug/tracing'].some((place) =>
    existsSync(`${sysRoot}/kernel/${place}/events`),
  );
  if (mounted) return { command: 'bpftrace', before: [] };
  const script = 'mount -t tracefs tracefs /sys/kernel/tracing && exec bpftrace "$@"';
  return { command: 'unshare', before: ['--mount', 'sh', '-c', script, 'bpftrace'] };
}
