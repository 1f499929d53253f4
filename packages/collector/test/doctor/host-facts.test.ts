import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examineHost } from '../../src/doctor/examine-host.js';
import { readHostFacts } from '../../src/doctor/host-facts.js';

describe('the facts that doctor goes by', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ethogram-doctor-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const facts = () =>
    readHostFacts({
      procRoot: join(root, 'proc'),
      sysRoot: join(root, 'sys'),
      fsRoot: root,
      path: `${join(root, 'bin')}:${join(root, 'nowhere')}`,
      addons: {},
    });

  it('are read from files', () => {
    put('proc/sys/kernel/osrelease', '6.1.0\n');
    put('proc/sys/kernel/perf_event_paranoid', '-1\n');
    put('proc/sys/kernel/unprivileged_bpf_disabled', '2\n');
    put('proc/self/status', 'Name:\tnode\nCapEff:\t000001ffffffffff\n');
    put('proc/self/io', '');
    put('proc/self/mounts', 'proc /proc proc rw,nosuid,hidepid=invisible,gid=5 0 0\n');
    put('proc/pressure/cpu', '');
    put('sys/kernel/btf/vmlinux', '');
    put('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n');
    put('sys/kernel/tracing/events/enable', '0\n');
    put('sys/devices/system/clocksource/clocksource0/current_clocksource', 'tsc\n');
    put('etc/machine-id', `${'ab'.repeat(16)}\n`);
    put('bin/bpftrace', '');
    put('bin/unshare', '');
    chmodSync(join(root, 'bin/bpftrace'), 0o755);
    expect(facts()).toEqual({
      kernelRelease: '6.1.0',
      btf: true,
      capabilities: 0x1ffffffffffn,
      cgroups: 'none',
      clockSource: 'tsc',
      perfEventParanoid: -1,
      unprivilegedBpfDisabled: 2,
      lockdown: 'integrity',
      pressure: true,
      ioAccounting: true,
      hidepid: 'invisible',
      tracefs: true,
      programs: new Set(['bpftrace']),
      machineId: 'ab'.repeat(16),
      addons: {},
    });
  });

  it.each([
    ['cgroup2 /sys/fs/cgroup cgroup2 rw 0 0', 'v2'],
    ['cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0', 'v1'],
    ['cgroup /c cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0', 'hybrid'],
    ['tmpfs /cgroup tmpfs rw 0 0', 'none'],
  ])('know control groups by their mounts: %s', (mounts, expected) => {
    put('proc/self/mounts', `${mounts}\n`);
    expect(facts().cgroups).toBe(expected);
  });

  it('are left out where they cannot be had', () => {
    expect(facts()).toEqual({
      btf: false,
      cgroups: 'none',
      pressure: false,
      ioAccounting: false,
      tracefs: false,
      programs: new Set(),
      addons: {},
    });
  });

  it('are had on this host, where the procfs addon loads and the kernel has a version', () => {
    const checks = new Map(examineHost().map((check) => [check.name, check]));
    expect(checks.get('addon procfs')?.ok).toBe(true);
    expect(checks.get('kernel')?.found).toMatch(/^\d+\.\d+/);
    expect(checks.get('I/O accounting')?.ok).toBe(true);
  });
});
