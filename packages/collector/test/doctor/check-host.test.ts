import { describe, expect, it } from 'vitest';
import { checkHost } from '../../src/doctor/check-host.js';
import type { HostFacts } from '../../src/doctor/host-facts.js';

const bit = (...numbers: readonly number[]) =>
  numbers.reduce((mask, number) => mask | (1n << BigInt(number)), 0n);

const healthy: HostFacts = {
  kernelRelease: '6.12.0-45-generic',
  btf: true,
  capabilities: bit(2, 19, 38, 39),
  cgroups: 'v2',
  clockSource: 'tsc',
  perfEventParanoid: 4,
  unprivilegedBpfDisabled: 2,
  lockdown: 'integrity',
  pressure: true,
  ioAccounting: true,
  tracefs: true,
  programs: new Set(['bpftrace']),
  machineId: '0123456789abcdef0123456789abcdef',
  addons: {},
};

/** What kernels between the oldest that works and the newest lack, the earliest first. */
const NEWER = [
  'kernel: bytes of sockets',
  'kernel: io_uring',
  'kernel: block requests',
  'kernel: names of the killed',
];

const failing = (facts: HostFacts) =>
  checkHost(facts)
    .filter((check) => !check.ok)
    .map((check) => check.name);

/** The facts without one of them. */
function without(name: keyof HostFacts): HostFacts {
  const { [name]: _, ...rest } = healthy;
  return rest as HostFacts;
}

describe('the checks of doctor', () => {
  it('are all ok on a host that has everything, and then name no remedy', () => {
    expect(failing(healthy)).toEqual([]);
    expect(checkHost(healthy).filter((check) => check.remedy !== '')).toEqual([]);
  });

  it('have names of their own, and say what was found, what was expected and what it is about', () => {
    const checks = checkHost(without('capabilities'));
    expect(new Set(checks.map((check) => check.name)).size).toBe(checks.length);
    for (const check of checks) {
      expect([check.found, check.expected, check.affects]).not.toContain('');
      expect(check.remedy === '').toBe(check.ok);
    }
  });

  it.each([
    ['5.16.20', ['kernel', ...NEWER]],
    ['5.17.0', NEWER],
    ['6.2.16-arch', NEWER],
    ['6.3.0', NEWER.slice(1)],
    ['6.4.0', NEWER.slice(2)],
    ['6.5.0', NEWER.slice(3)],
    ['6.9.0', []],
    ['10.0.0', []],
    ['unreadable', ['kernel', ...NEWER]],
  ])('name what kernel %s is too old for', (kernelRelease, expected) => {
    expect(failing({ ...healthy, kernelRelease })).toEqual(expected);
  });

  it('look at each capability, and know that CAP_SYS_ADMIN holds two of them', () => {
    const with_ = (...bits: readonly number[]) =>
      failing({ ...healthy, capabilities: bit(...bits) });
    expect(with_()).toEqual([
      'CAP_BPF',
      'CAP_PERFMON',
      'CAP_SYS_PTRACE',
      'CAP_DAC_READ_SEARCH',
      'perf_event_paranoid',
    ]);
    expect(with_(38, 39)).toEqual(['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH']);
    expect(with_(21)).toEqual(['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH']);
    expect(failing(without('capabilities'))).toContain('CAP_BPF');
  });

  it.each<[string, Partial<HostFacts>, string]>([
    ['a kernel without BTF', { btf: false }, 'BTF'],
    ['a kernel that is locked down', { lockdown: 'confidentiality' }, 'lockdown'],
    ['BPF open to everybody', { unprivilegedBpfDisabled: 0 }, 'unprivileged_bpf_disabled'],
    ['no control groups', { cgroups: 'none' }, 'cgroup'],
    ['a slow clock', { clockSource: 'hpet' }, 'clock source'],
    ['no pressure information', { pressure: false }, 'pressure'],
    ['no I/O accounting', { ioAccounting: false }, 'I/O accounting'],
    ['a machine id that is none', { machineId: 'uninitialized' }, 'machine-id'],
    ['no bpftrace', { programs: new Set(['unshare']) }, 'recipes'],
    ['no tracefs and no way to it', { tracefs: false }, 'recipes'],
    ['an addon that does not load', { addons: { ebpf: 'not built' } }, 'addon ebpf'],
  ])('notice %s', (_, facts, name) => {
    expect(failing({ ...healthy, ...facts })).toEqual([name]);
  });

  it('know that control groups of version 1 name units, and only have no io.stat', () => {
    const check = checkHost({ ...healthy, cgroups: 'v1' }).find(({ name }) => name === 'cgroup');
    expect(check).toMatchObject({ ok: true, found: expect.stringMatching(/^v1, .*io\.stat/) });
  });

  it('take hidden processes for unseen, whatever this process may see', () => {
    for (const capabilities of [bit(2, 19, 38, 39), bit(2, 38, 39)]) {
      const found = checkHost({ ...healthy, hidepid: 'invisible', capabilities });
      const check = found.find(({ name }) => name === 'hidepid');
      expect(check).toMatchObject({ ok: false, found: 'invisible' });
      expect(check?.remedy).toMatch(/--keep-ptrace.*backend\.procfs/);
    }
    expect(failing({ ...healthy, hidepid: 'off' })).toEqual([]);
  });
});
