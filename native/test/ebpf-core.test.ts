import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const native = fileURLToPath(new URL('..', import.meta.url));

describe('the core of the eBPF backend, in C++ under ASan and UBSan', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-ledger-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ledger = ['ebpf_ledger.cc', 'ebpf_names.cc', 'ebpf_records.cc'];
  it.each([
    ['ebpf_ledger_test', ledger],
    ['ebpf_sizes_test', ['ebpf_sizes.cc']],
    ['ebpf_links_test', [...ledger, 'ebpf_ends.cc', 'ebpf_links.cc']],
    ['ebpf_totals_test', [...ledger, 'ebpf_totals.cc']],
  ])(
    '%s builds without a warning, without Node or libbpf, and passes',
    (name, sources) => {
      const program = join(folder, name);
      execFileSync(process.env['CXX'] ?? 'c++', [
        // Designated initialisers keep the tests short; the ledger itself is C++17.
        ...['-std=c++20', '-g1', '-O0', '-Wall', '-Wextra', '-Wno-missing-field-initializers'],
        ...['-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
        ...[`-I${join(native, 'bpf')}`, '-o', program],
        join(native, `test/core/${name}.cc`),
        ...sources.map((source) => join(native, 'src/core', source)),
      ]);
      const output = execFileSync(program, {
        encoding: 'utf8',
        env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=1' },
      });
      expect(output).toMatch(/^[1-9]\d* tests, 0 failed checks$/m);
    },
    240_000,
  );
});
