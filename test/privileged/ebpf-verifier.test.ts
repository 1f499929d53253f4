import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadEbpf } from '@ethogram/native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { whyNoEbpf } from './why-no-ebpf.js';

/** What the verifier went through for each program, and with which kernel and compiler. */
interface Golden {
  readonly kernel: string;
  readonly clang: string;
  readonly instructions: Readonly<Record<string, number>>;
}

const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

/** The verifier gives up at a million: whoever comes near it leaves no room for other kernels. */
const MOST = 100_000;

function verified(latency: boolean): Readonly<Record<string, number>> {
  const session = loadEbpf().addon?.open({ ringBytes: 1 << 20, latency });
  if (!session || typeof session === 'string') throw new Error(`no session: ${session}`);
  session.close();
  return Object.fromEntries(Object.entries(session.verifiedInstructions).sort());
}

describe.skipIf(reason !== undefined)('the verifier', () => {
  const path = fileURLToPath(new URL('../golden/ebpf-verifier.json', import.meta.url));
  let unlock: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    unlock = await lockKernel();
  });
  afterAll(() => unlock?.());

  it('goes through as many instructions of each program as it did before', () => {
    const instructions = {
      ...verified(false),
      ...Object.fromEntries(
        Object.entries(verified(true))
          .filter(([name]) => ['on_enter', 'count_call'].includes(name))
          .map(([name, count]) => [`${name}, with latency`, count]),
      ),
    };
    const kernel = /^\d+\.\d+/.exec(release())?.[0] ?? '';
    const version = execFileSync('clang', ['--version'], { encoding: 'utf8' });
    const clang = /version (\d+)/.exec(version)?.[1] ?? '';
    const now: Golden = { kernel, clang, instructions };
    if (process.env['UPDATE_GOLDEN'] === '1') {
      writeFileSync(path, `${JSON.stringify(now, null, 2)}\n`);
    }
    const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
    expect(Object.keys(instructions)).toEqual(Object.keys(golden.instructions));
    for (const count of Object.values(instructions)) expect(count).toBeLessThan(MOST);
    // Another kernel or compiler counts otherwise; the same must not.
    if (golden.kernel === kernel && golden.clang === clang) expect(now).toEqual(golden);
  });

  it('is not given up on where signals come all the time, as a profiler sends them', () => {
    const script = `
      const { loadEbpf } = await import('@ethogram/native');
      const session = loadEbpf().addon?.open({ ringBytes: 1 << 20 });
      if (typeof session !== 'object') throw new Error(session);
      session.close();`;
    const folder = mkdtempSync(join(tmpdir(), 'ethogram-profile-'));
    const profiled = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', folder];
    try {
      execFileSync(process.execPath, [...profiled, '--input-type=module', '-e', script]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('may refuse one program, which takes none of the others along but those of no use without it', () => {
    const left = (refuse: string) => {
      const session = loadEbpf().addon?.open({ ringBytes: 1 << 20, refuse });
      if (!session || typeof session === 'string') throw new Error(`no session: ${session}`);
      session.close();
      expect(Object.keys(session.verifiedInstructions)).toHaveLength(
        Object.keys(verified(false)).length - session.missing.length,
      );
      expect(Object.keys(session.refused)).toEqual([refuse]);
      expect(session.refused[refuse]).toContain(`prog '${refuse}'`);
      return [...session.missing].sort();
    };
    expect(left('on_oom')).toEqual(['on_oom']);
    expect(left('on_send')).toEqual(['on_receive', 'on_send']);
    expect(left('on_part')).toEqual(['on_dirty', 'on_done', 'on_part', 'on_request']);
    const without = loadEbpf().addon?.open({ ringBytes: 1 << 20, refuse: 'count_call' });
    expect(without).toMatch(/^cannot load the eBPF programs: .*prog 'count_call'/);
  });
});
