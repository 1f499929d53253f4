import { spawnSync } from 'node:child_process';

const PACKAGES: Readonly<Record<string, string>> = {
  bpftrace: 'bpftrace',
  syscount: 'libbpf-tools',
  perf: 'linux-perf',
  strace: 'strace',
  redis: 'redis-server',
  nginx: 'nginx-light',
  wrk: 'wrk',
  fio: 'fio',
  netdata: 'netdata-core',
};

/** What was measured against, in the version of its Debian package; without what is not there. */
export function peerVersions(): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const [name, debianPackage] of Object.entries(PACKAGES)) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
    const asked = ['-W', '-f', '${Version}', debianPackage];
    const { status, stdout } = spawnSync('dpkg-query', asked, { encoding: 'utf8' });
    if (status === 0 && stdout) versions[name] = stdout;
  }
  return versions;
}
