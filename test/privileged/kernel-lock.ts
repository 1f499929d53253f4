import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Takes the machine-wide lock of whatever attaches programs to the kernel, and waits for it.
 * A child holds it for as long as its standard input is open: it goes with this process.
 * @returns what gives it back.
 */
export async function lockKernel(): Promise<() => Promise<void>> {
  const child = spawn('flock', [join(tmpdir(), 'ethogram-kernel.lock'), 'cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write('held\n');
  await once(child.stdout, 'data');
  return async () => {
    child.stdin.end();
    await once(child, 'exit');
  };
}
