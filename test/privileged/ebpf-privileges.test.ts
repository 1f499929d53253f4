import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

/** What util-linux calls the capabilities that are enough to load, and to become nobody after. */
const ENOUGH = '-all,+bpf,+perfmon,+setuid,+setgid';

describe.skipIf(reason !== undefined)('the privileges of the eBPF backend', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-drop-'));
  const name = `drop-${process.pid}`;
  let unlock: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    unlock = await lockKernel();
    const source = fileURLToPath(new URL('programs/calls.c', import.meta.url));
    execFileSync('cc', ['-O1', '-Wall', '-pthread', '-o', join(folder, name), source]);
  });
  afterAll(async () => {
    await unlock?.();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['all that root has', []],
    ['CAP_BPF and CAP_PERFMON alone', ['setpriv', '--bounding-set', ENOUGH, '--inh-caps', '-all']],
  ])('loads with %s, keeps nothing in any thread, and counts on', async (_, prefix) => {
    const script = fileURLToPath(new URL('programs/drop.mjs', import.meta.url));
    const [command = '', ...args] = [...prefix, process.execPath, script, name];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    execFileSync(join(folder, name), ['spread', '3', '2', '100']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.stdin.end();
    // Its end may be known before all of its output is.
    await once(child, 'close');
    const result = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '{}');
    expect(result.uids).toEqual([65534]);
    expect(result.capabilities).toEqual(['0']);
    expect(result.threads).toBeGreaterThan(1);
    expect(result.calls).toBe(3 * 2 * 100);
    expect(result.links).toBeGreaterThan(0);
  });
});
