import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const native = fileURLToPath(new URL('..', import.meta.url));

describe('the ledger of the eBPF backend, in C++ under ASan and UBSan', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-ledger-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('builds without a warning, without Node or libbpf, and passes its own tests', () => {
    const program = join(folder, 'ebpf_ledger_test');
    execFileSync(process.env['CXX'] ?? 'c++', [
      // Designated initialisers keep the tests short; the ledger itself is C++17.
      ...['-std=c++20', '-g', '-O1', '-Wall', '-Wextra', '-Wno-missing-field-initializers'],
      ...['-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
      ...[`-I${join(native, 'bpf')}`, '-o', program],
      join(native, 'test/core/ebpf_ledger_test.cc'),
      join(native, 'src/core/ebpf_ledger.cc'),
    ]);
    const output = execFileSync(program, {
      encoding: 'utf8',
      env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=1' },
    });
    expect(output).toMatch(/^\d{2,} tests, 0 failed checks$/m);
  }, 120_000);
});
