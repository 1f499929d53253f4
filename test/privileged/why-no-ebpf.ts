import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type HostFacts, readHostFacts } from '@ethogram/collector';
import { loadEbpf } from '@ethogram/native';

/** What a host gives to eBPF programs, whether or not ours are any good. */
export interface EbpfGround {
  readonly host: Pick<HostFacts, 'kernelRelease' | 'btf' | 'capabilities' | 'lockdown' | 'addons'>;
  /** `/proc/self/uid_map`; capabilities count for the kernel in the first user namespace only. */
  readonly uidMap: string;
  /** What the addon is built with and is not there. */
  readonly missingTools: readonly string[];
}

const PERFMON = 1n << 38n;
const BPF = 1n << 39n;
const SYS_ADMIN = 1n << 21n;

/**
 * Why eBPF cannot run here, by facts of the host alone; nothing where it has to. The product is not
 * asked: where it fails on a host that has everything, its tests have to fail, not be skipped.
 */
export function whyNoEbpf(ground: EbpfGround = thisGround()): string | undefined {
  const { host, uidMap, missingTools } = ground;
  const capabilities = host.capabilities ?? 0n;
  const lacks = [
    ...((capabilities & (BPF | SYS_ADMIN)) === 0n ? ['CAP_BPF'] : []),
    ...((capabilities & (PERFMON | SYS_ADMIN)) === 0n ? ['CAP_PERFMON'] : []),
  ];
  if (lacks.length > 0) return `without ${lacks.join(' and ')}`;
  if (!/^\s*0\s+0\s+4294967295\s*$/.test(uidMap)) return 'in a user namespace of its own';
  const [major = 0, minor = 0] = (host.kernelRelease ?? '')
    .split('.')
    .map((n) => Number.parseInt(n, 10));
  if (major < 5 || (major === 5 && minor < 17)) {
    return `Linux ${host.kernelRelease ?? 'of no version'} is older than 5.17`;
  }
  if (!host.btf) return 'no /sys/kernel/btf/vmlinux';
  if (host.lockdown === 'confidentiality') return 'the kernel is locked down';
  if (host.addons['ebpf'] !== undefined && missingTools.length > 0) {
    return `the ebpf addon cannot be built without ${missingTools.join(', ')}`;
  }
  return undefined;
}

/** The facts of this host. */
function thisGround(): EbpfGround {
  const path = process.env['PATH'] ?? '';
  const loaded = loadEbpf();
  const addons: Record<string, string> = loaded.addon ? {} : { ebpf: loaded.reason };
  const host = readHostFacts({ procRoot: '/proc', sysRoot: '/sys', fsRoot: '', path, addons });
  const header = '/usr/include/bpf/libbpf.h';
  return {
    host,
    uidMap: process.platform === 'linux' ? readFileSync('/proc/self/uid_map', 'utf8') : '',
    missingTools: [
      ...['clang', 'bpftool'].filter((tool) => !isOnPath(tool, path)),
      ...(existsSync(header) ? [] : [header]),
    ],
  };
}

function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
