import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, type Ended } from './command.js';

/**
 * Runs shell lines as root of a copy of this machine whose changes are kept in memory and thrown
 * away at the end: an overlay in a mount namespace of its own. `/package` in it is `folder`.
 * @param folder what the lines may read
 * @param lines POSIX shell; the first that fails ends the run
 */
export function inThrowAwayRoot(folder: string, lines: string): Promise<Ended> {
  const base = join(folder, 'overlay');
  mkdirSync(base, { recursive: true });
  const script = join(folder, 'inside.sh');
  writeFileSync(script, `set -e\n${lines}\n`);
  const outside = `
    set -e
    mount -t tmpfs tmpfs "${base}"
    mkdir "${base}/upper" "${base}/work" "${base}/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=${base}/upper,workdir=${base}/work" "${base}/root"
    for mounted in proc sys dev; do mount --rbind "/$mounted" "${base}/root/$mounted"; done
    mkdir "${base}/root/package"
    mount --bind "${folder}" "${base}/root/package"
    exec chroot "${base}/root" /bin/sh /package/inside.sh`;
  return command('unshare', ['--mount', '--propagation', 'private', '/bin/sh', '-c', outside], {
    env: { PATH: process.env['PATH'], HOME: '/root', NO_COLOR: '1' },
  });
}

/** Why {@link inThrowAwayRoot} cannot work here, or nothing. */
export async function noThrowAwayRoot(folder: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'needs root for an overlay of this machine';
  if ((await command('dpkg', ['--version'])).code !== 0) return 'this is no Debian';
  const { code, output } = await inThrowAwayRoot(folder, 'true');
  return code === 0 ? undefined : `an overlay cannot be mounted here: ${output.trim()}`;
}
