import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const native = fileURLToPath(new URL('..', import.meta.url));
const core = join(native, 'src/core');

describe('the kernels of learning, in C++ under ASan and UBSan', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-core-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('builds without a warning, without Node, and passes its own tests', () => {
    const sources = readdirSync(core).filter((file) => /^kernels_\w+\.cc$/.test(file));
    expect(sources.length).toBeGreaterThanOrEqual(2);
    const program = join(folder, 'kernels_test');
    const flags = [
      '-std=c++17',
      '-g',
      '-O1',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
      '-isystem',
      '/usr/include/eigen3',
    ];
    execFileSync(process.env['CXX'] ?? 'c++', [
      ...flags,
      '-o',
      program,
      join(native, 'test/core/kernels_test.cc'),
      ...sources.map((file) => join(core, file)),
    ]);
    const output = execFileSync(program, {
      encoding: 'utf8',
      env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=1' },
    });
    expect(output).toMatch(/^\d+ tests, 0 failed checks$/m);
  }, 600_000);
});
