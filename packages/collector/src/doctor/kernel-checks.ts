import { isSince } from '../ebpf/kernel-version.js';
import { PROGRAM_NEEDS } from '../ebpf/program-needs.js';
import { type CheckHost, verdict } from './check.js';

/** Whether the kernel is new enough, one check for each part that needs a version of its own. */
export const kernelChecks: readonly CheckHost[] = PROGRAM_NEEDS.flatMap(
  ({ check, since, lost }): CheckHost[] =>
    check === undefined ? [] : [checkKernel(check, since, lost)],
);

function checkKernel(name: string, since: string, lost: string): CheckHost {
  return (facts) =>
    verdict({
      name,
      ok: isSince(facts.kernelRelease ?? '', since),
      found: facts.kernelRelease ?? 'unknown',
      expected: `Linux ${since} or newer`,
      remedy: 'Boot a newer kernel; most distributions have one as a backport.',
      affects: lost,
    });
}

/** Whether the kernel describes its own types. */
export const checkBtf: CheckHost = (facts) =>
  verdict({
    name: 'BTF',
    ok: facts.btf,
    found: facts.btf ? '/sys/kernel/btf/vmlinux' : 'none',
    expected: '/sys/kernel/btf/vmlinux',
    remedy: 'Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of distributions are.',
    affects: 'the eBPF backend',
  });

/** Whether the kernel lets anybody look into it. */
export const checkLockdown: CheckHost = (facts) =>
  verdict({
    name: 'lockdown',
    ok: facts.lockdown !== 'confidentiality',
    found: facts.lockdown ?? 'none',
    expected: 'none or integrity',
    remedy: 'Boot with lockdown=integrity instead of lockdown=confidentiality.',
    affects: 'the eBPF backend',
  });

/** Clocks that are read without leaving user space. */
const QUICK_CLOCKS: readonly string[] = [
  'tsc',
  'kvm-clock',
  'hyperv_clocksource_tsc_page',
  'arch_sys_counter',
];

/** Whether reading the time is cheap. */
export const checkClockSource: CheckHost = (facts) =>
  verdict({
    name: 'clock source',
    ok: QUICK_CLOCKS.includes(facts.clockSource ?? ''),
    found: facts.clockSource ?? 'unknown',
    expected: QUICK_CLOCKS.join(', '),
    remedy:
      'See `dmesg | grep -i clocksource` for why the kernel gave up the processor’s own counter.',
    affects: 'the cost of latency histograms and of every program that reads the time often',
  });

/** Whether the kernel says how long tasks wait. */
export const checkPressure: CheckHost = (facts) =>
  verdict({
    name: 'pressure',
    ok: facts.pressure,
    found: facts.pressure ? '/proc/pressure' : 'none',
    expected: '/proc/pressure',
    remedy: 'Boot with psi=1.',
    affects: 'cpu.pressure, memory.pressure and disk.pressure of the host',
  });

/** Whether the kernel accounts I/O per process. */
export const checkIoAccounting: CheckHost = (facts) =>
  verdict({
    name: 'I/O accounting',
    ok: facts.ioAccounting,
    found: facts.ioAccounting ? '/proc/PID/io' : 'none',
    expected: '/proc/PID/io',
    remedy: 'Boot a kernel built with CONFIG_TASK_IO_ACCOUNTING=y.',
    affects: 'bytes and calls of reads and writes in the procfs backend',
  });
