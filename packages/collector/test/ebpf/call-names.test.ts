import { metricInfo } from '@ethogram/core';
import { EBPF_TABLES } from '@ethogram/native';
import { describe, expect, it } from 'vitest';
import { callNamer } from '../../src/ebpf/call-names.js';

describe('names of system calls', () => {
  const { native, compat, nativeRetries, compatRetries } = EBPF_TABLES;

  it('knows each table by itself', () => {
    const x64 = callNamer('x64');
    expect(x64(native, 0)).toBe('read');
    expect(x64(native, 59)).toBe('execve');
    expect(x64(nativeRetries, 334)).toBe('rseq');
    expect(x64(compat, 3)).toBe('read');
    expect(x64(compatRetries, 102)).toBe('socketcall');
    expect(callNamer('arm64')(native, 63)).toBe('read');
    expect(callNamer('arm64')(native, 220)).toBe('clone');
  });

  it('finds the calls that all ABIs share behind the gap', () => {
    for (const arch of ['x64', 'arm64', 'riscv64']) {
      expect(callNamer(arch)(native, 335)).toBe('pidfd_send_signal');
      expect(callNamer(arch)(native, 335 + 435 - 424)).toBe('clone3');
    }
  });

  it('gives a number where there is no name, and one name to all that have no slot', () => {
    const x64 = callNamer('x64');
    expect(x64(native, 335 + 90)).toBe('nr_514');
    expect(x64(native, 439)).toBe('other');
    expect(callNamer('riscv64')(native, 63)).toBe('nr_63');
  });

  it('gives only names that the metric registry takes, each one once per table', () => {
    for (const arch of ['x64', 'arm64', 's390x']) {
      for (const table of [native, compat]) {
        const names = Array.from({ length: 440 }, (_, slot) => callNamer(arch)(table, slot));
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(metricInfo(`syscall.${name}.calls`)?.kind).toBe('process');
      }
    }
  });
});
