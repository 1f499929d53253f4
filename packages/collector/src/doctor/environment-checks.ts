import { type CheckHost, verdict } from './check.js';

/**
 * Whether processes can be told apart by unit and container. Version 1 tells too: by the hierarchy of
 * systemd in procfs, by that of the pids or memory controller in eBPF.
 */
export const checkCgroups: CheckHost = (facts) =>
  verdict({
    name: 'cgroup',
    ok: facts.cgroups !== 'none',
    found: facts.cgroups === 'v1' ? 'v1, which has no io.stat to reconcile with' : facts.cgroups,
    expected: 'v2, hybrid or v1',
    remedy: 'Mount control groups; a host that boots with systemd has them.',
    affects: 'names by unit and container, and io.stat to reconcile with',
  });

/** Whether this host can be told from its clones. */
export const checkMachineId: CheckHost = (facts) =>
  verdict({
    name: 'machine-id',
    ok: facts.machineId !== undefined && /^[0-9a-f]{32}$/.test(facts.machineId),
    found: facts.machineId === undefined ? 'none' : 'there',
    expected: '32 hexadecimal digits in /etc/machine-id',
    remedy: 'systemd-machine-id-setup, once on each host made from an image.',
    affects: 'telling hosts of one name apart',
  });

/** Whether recipes can run. */
export const checkRecipes: CheckHost = (facts) => {
  const bpftrace = facts.programs.has('bpftrace');
  const tracefs = facts.tracefs || facts.programs.has('unshare');
  return verdict({
    name: 'recipes',
    ok: bpftrace && tracefs,
    found: bpftrace
      ? facts.tracefs
        ? 'bpftrace, tracefs'
        : 'bpftrace, no tracefs'
      : 'no bpftrace',
    expected: 'bpftrace on the path, and tracefs or unshare(1) to mount it for bpftrace alone',
    remedy: bpftrace
      ? 'mount -t tracefs tracefs /sys/kernel/tracing'
      : 'Install bpftrace (Debian: apt-get install bpftrace).',
    affects: '--recipe',
  });
};

/** Whether an addon loads. */
export function addonCheck(addon: string, affects: string): CheckHost {
  return (facts) => {
    const reason = facts.addons[addon];
    return verdict({
      name: `addon ${addon}`,
      ok: reason === undefined,
      found: reason ?? 'loads',
      expected: 'loads',
      remedy: 'Run `npm run build:native`; it says what it needs to build.',
      affects,
    });
  };
}
