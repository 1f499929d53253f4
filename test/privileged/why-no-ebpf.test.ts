import { describe, expect, it } from 'vitest';
import { type EbpfGround, whyNoEbpf } from './why-no-ebpf.js';

const good: EbpfGround = {
  host: {
    kernelRelease: '5.17.0-1-amd64',
    btf: true,
    capabilities: (1n << 38n) | (1n << 39n),
    lockdown: 'integrity',
    addons: {},
  },
  uidMap: '         0          0 4294967295\n',
  missingTools: [],
};
const on = (host: Partial<EbpfGround['host']>, rest: Partial<EbpfGround> = {}) =>
  whyNoEbpf({ ...good, ...rest, host: { ...good.host, ...host } });

describe('the reasons to skip the tests on eBPF', () => {
  it('are none on a host that has everything, so that a program the kernel refuses fails', () => {
    expect(whyNoEbpf(good)).toBeUndefined();
    expect(on({ capabilities: 1n << 21n })).toBeUndefined();
  });

  it('are none where what builds the addon is there, and the addon is not', () => {
    const addons = { ebpf: 'the ebpf addon is not built' };
    expect(on({ addons })).toBeUndefined();
    expect(on({ addons }, { missingTools: ['clang'] })).toMatch(/cannot be built without clang/);
    expect(on({}, { missingTools: ['clang'] })).toBeUndefined();
  });

  it.each<[string, Partial<EbpfGround['host']>, string]>([
    ['no capabilities', { capabilities: 0n }, 'without CAP_BPF and CAP_PERFMON'],
    ['one capability of two', { capabilities: 1n << 39n }, 'without CAP_PERFMON'],
    ['an old kernel', { kernelRelease: '5.16.20' }, 'Linux 5.16.20 is older than 5.17'],
    ['a kernel without BTF', { btf: false }, 'no /sys/kernel/btf/vmlinux'],
    ['lockdown', { lockdown: 'confidentiality' }, 'the kernel is locked down'],
  ])('are facts: %s', (_, host, expected) => {
    expect(on(host)).toBe(expected);
  });

  it('know a user namespace, whose capabilities load nothing', () => {
    expect(on({}, { uidMap: '0 100000 65536\n' })).toBe('in a user namespace of its own');
  });
});
