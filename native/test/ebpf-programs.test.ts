import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const bpf = fileURLToPath(new URL('../bpf', import.meta.url));
const clang = spawnSync('clang', ['--version']).status === 0;
if (!clang)
  process.stderr.write('skipped: clang, which compiles the eBPF programs, is not there\n');

describe.skipIf(!clang)('the eBPF programs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-bpf-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['x86', 'arm64'])('compile for %s without a warning', (target) => {
    const triple = execFileSync('cc', ['-dumpmachine'], { encoding: 'utf8' }).trim();
    const result = spawnSync(
      'clang',
      [
        ...['-g', '-O2', '-Wall', '-Werror', '-Wno-unused-function', '-target', 'bpf', '-mcpu=v3'],
        ...[`-D__TARGET_ARCH_${target}`, `-I${bpf}`, '-isystem', `/usr/include/${triple}`],
        ...['-c', join(bpf, 'ethogram.bpf.c'), '-o', join(folder, `${target}.o`)],
      ],
      { encoding: 'utf8' },
    );
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
  });
});
