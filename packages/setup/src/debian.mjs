import { run, say } from './terminal.mjs';

/** What the native part is built from. */
export const NATIVE_PACKAGES = [
  'g++',
  'make',
  'python3',
  'clang',
  'llvm',
  'libbpf-dev',
  'libelf-dev',
  'zlib1g-dev',
  'bpftool',
  'libeigen3-dev',
];

/** What only the tests need: real services to watch, and readers of what we export. */
export const TEST_PACKAGES = [
  'nginx-light',
  'libnginx-mod-http-lua',
  'redis-server',
  'graphviz',
  'python3-venv',
  'bpftrace',
  'linux-perf',
  'chromium',
  'prometheus',
  'prometheus-alertmanager',
  'wget',
  'libxml2-utils',
  'lintian',
  'systemd',
  'strace',
];

/** What the collector's bench is measured against, and the loads that it measures under. */
export const BENCH_PACKAGES = [
  'bpftrace',
  'libbpf-tools',
  'linux-perf',
  'strace',
  'redis-server',
  'redis-tools',
  'nginx-light',
  'wrk',
  'fio',
  'netdata-core',
];

/** What the fault beds run: the services of the tests, and others. */
export const FAULT_BED_PACKAGES = [
  'nginx-light',
  'libnginx-mod-http-lua',
  'redis-server',
  'postgresql',
  'haproxy',
  'python3',
  'python3-psycopg2',
  'beanstalkd',
  'memcached',
  'perl',
];

/**
 * Packages wanted for the programs in them (netdata runs under the bench's own hand), and the
 * services that come along and shall not stay.
 */
const UNWANTED_SERVICES = {
  prometheus: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  'netdata-core': 'netdata',
  postgresql: 'postgresql',
  haproxy: 'haproxy',
};

/**
 * Installs the Debian packages that are missing, saying so; where that isn't allowed it says what
 * to run instead.
 * @param {string[]} wanted package names
 * @param {string} purpose what goes without them
 * @returns {Promise<string[]>} the names that are still missing
 */
export async function ensureDebianPackages(wanted, purpose) {
  if ((await run('dpkg-query', ['--version'], { quiet: true })).code !== 0) {
    say(`This is no Debian or Ubuntu: install yourself what stands for ${wanted.join(' ')}.`);
    return [];
  }
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return [];
  const prefix = await installer();
  if (!prefix) {
    say(`Missing Debian packages: ${missing.join(' ')}. Without them: no ${purpose}.`);
    say(`To have it: sudo apt-get install ${missing.join(' ')}`);
    return missing;
  }
  say(`Installing Debian packages for ${purpose}: ${missing.join(' ')}`);
  const [command, ...before] = prefix;
  const apt = async (...args) =>
    run(command, [...before, 'apt-get', '-qq', ...args], {
      quiet: true,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  await apt('update');
  const installed = await apt('install', '-y', '--no-install-recommends', ...missing);
  await stopServices(prefix, missing);
  if (installed.code === 0) return [];
  // One that cannot be had must not keep the others away.
  for (const name of missing) await apt('install', '-y', '--no-install-recommends', name);
  await stopServices(prefix, missing);
  const still = await missingPackages(missing);
  if (still.length > 0) say(`Could not be installed: ${still.join(' ')}. Without: no ${purpose}.`);
  return still;
}

/**
 * Debian starts a service when it installs one, and again at every boot: by systemd, or by scripts
 * where there is none. What is not there fails quietly.
 */
async function stopServices([command, ...before], names) {
  for (const name of names) {
    const service = UNWANTED_SERVICES[name];
    if (!service) continue;
    const quietly = async (...args) => run(command, [...before, ...args], { quiet: true });
    await quietly('systemctl', 'disable', '--now', service);
    await quietly('invoke-rc.d', service, 'stop');
    await quietly('update-rc.d', service, 'disable');
  }
}

async function missingPackages(wanted) {
  const missing = [];
  for (const name of wanted) {
    const query = await run('dpkg-query', ['--status', name], { quiet: true });
    if (!query.output.includes('Status: install ok installed')) missing.push(name);
  }
  return missing;
}

/** The command prefix under which we may install, or nothing. */
async function installer() {
  if (process.getuid?.() === 0) return ['env'];
  const sudo = await run('sudo', ['-n', 'true'], { quiet: true });
  return sudo.code === 0 ? ['sudo', '-n', 'env'] : undefined;
}
