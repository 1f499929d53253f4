import { type CheckHost, verdict } from './check.js';
import type { HostFacts } from './host-facts.js';

/** A capability that something needs (linux/capability.h). */
interface CapabilityNeed {
  readonly name: string;
  readonly bit: bigint;
  /** Another one that holds this one's rights as well. */
  readonly within?: bigint;
  readonly affects: string;
}

const SYS_ADMIN = 21n;

const NEEDS: readonly CapabilityNeed[] = [
  { name: 'CAP_BPF', bit: 39n, within: SYS_ADMIN, affects: 'the eBPF backend' },
  { name: 'CAP_PERFMON', bit: 38n, within: SYS_ADMIN, affects: 'the eBPF backend' },
  {
    name: 'CAP_SYS_PTRACE',
    bit: 19n,
    affects: 'the I/O, descriptors and executables of other users’ processes in the procfs backend',
  },
  {
    name: 'CAP_DAC_READ_SEARCH',
    bit: 2n,
    affects: 'the descriptors of other users’ processes in the procfs backend',
  },
];

function has(facts: HostFacts, bit: bigint | undefined): boolean {
  return bit !== undefined && (((facts.capabilities ?? 0n) >> bit) & 1n) === 1n;
}

/** Whether this process may do what the collector does, one check a capability. */
export const capabilityChecks: readonly CheckHost[] = NEEDS.map((need) => (facts) => {
  const own = has(facts, need.bit);
  const ok = own || has(facts, need.within);
  return verdict({
    name: need.name,
    ok,
    found: own ? 'effective' : ok ? 'held within CAP_SYS_ADMIN' : 'missing',
    expected: 'effective',
    remedy: `Run as root, or give the service AmbientCapabilities=${need.name}.`,
    affects: need.affects,
  });
});

/** Whether performance events may be opened. */
export const checkPerfEvents: CheckHost = (facts) => {
  const level = facts.perfEventParanoid;
  const allowed = has(facts, 38n) || has(facts, SYS_ADMIN);
  return verdict({
    name: 'perf_event_paranoid',
    ok: allowed || (level !== undefined && level <= 0),
    found: `${level ?? 'unknown'}${allowed ? ', and CAP_PERFMON' : ''}`,
    expected: 'CAP_PERFMON at any level, or 0 or lower without it',
    remedy: 'Run with CAP_PERFMON, which is narrower than lowering kernel.perf_event_paranoid.',
    affects: 'the eBPF backend and recipes',
  });
};

/** Whether the kernel keeps BPF from those without rights, which the collector never relies on. */
export const checkUnprivilegedBpf: CheckHost = (facts) => {
  const value = facts.unprivilegedBpfDisabled;
  return verdict({
    name: 'unprivileged_bpf_disabled',
    ok: value === 1 || value === 2,
    found: value === undefined ? 'unknown' : String(value),
    expected: '1 or 2',
    remedy: 'sysctl -w kernel.unprivileged_bpf_disabled=2; the collector does not need it open.',
    affects: 'the safety of this host, not the collector',
  });
};

/**
 * Whether procfs shows the processes of others. That this process may see them says nothing: the
 * capability for it is given up before procfs is read, unless it is asked for.
 */
export const checkHidepid: CheckHost = (facts) => {
  const hidden = facts.hidepid !== undefined && !['0', 'off'].includes(facts.hidepid);
  return verdict({
    name: 'hidepid',
    ok: !hidden,
    found: facts.hidepid ?? '0',
    expected: '0',
    remedy:
      'Use eBPF, which needs nothing here; or run --backend procfs as root with --keep-ptrace, or ' +
      'as a user in the group that the mount option gid= names. backend.procfs says what it sees.',
    affects: 'whether other users’ processes are seen at all in the procfs backend',
  });
};
