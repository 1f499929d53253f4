import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@ethogram/testkit/bed';
import { type Running, start } from './child.js';
import { processTree } from './process-cost.js';

const PLUGINS = '/usr/lib/netdata/plugins.d';

/** Why netdata can't be measured here; `undefined` where it can. */
export function whyNoNetdata(): string | undefined {
  return existsSync('/usr/sbin/netdata') && existsSync(`${PLUGINS}/apps.plugin`)
    ? undefined
    : 'netdata or its apps.plugin is not there (Debian package netdata-core)';
}

/**
 * Starts Debian's netdata as it comes, once a second and with apps.plugin, but on a free port of
 * loopback and with all of its files below `folder`. Stopping it ends its plugins too.
 * @throws where it or apps.plugin does not come up.
 */
export async function startNetdata(folder: string): Promise<Running> {
  const home = `${folder}/netdata`;
  const port = await freePort();
  const directory = (name: string) => {
    mkdirSync(`${home}/${name}`, { recursive: true });
    return `${name} = ${home}/${name}`;
  };
  mkdirSync(home);
  writeFileSync(
    `${home}/netdata.conf`,
    [
      '[global]',
      'run as user = netdata',
      '[directories]',
      ...['cache', 'lib', 'log', 'config', 'home', 'lock'].map(directory),
      '[logs]',
      ...['debug', 'error', 'access', 'health'].map((log) => `${log} = ${home}/log/${log}`),
      '[web]',
      `bind to = 127.0.0.1:${port}`,
      '[plugins]',
      'apps = yes',
      '',
    ].join('\n'),
  );
  execFileSync('chown', ['-R', 'netdata:', home]);
  // It may only look into what it owns: the folder above is ours alone.
  execFileSync('chmod', ['o+x', folder]);
  const daemon = await start('/usr/sbin/netdata', ['-D', '-c', `${home}/netdata.conf`], {
    signal: 'SIGTERM',
  });
  const running: Running = {
    ...daemon,
    stop: async () => {
      const pids = processTree(daemon.pid);
      await daemon.stop();
      for (const pid of pids) endByPid(pid);
    },
  };
  for (let i = 0; i < 400; i++) {
    await sleep(100);
    if ((await answers(port)) && hasApps(daemon.pid)) return running;
  }
  await running.stop();
  throw new Error('netdata or its apps.plugin did not come up within 40 s');
}

function hasApps(root: number): boolean {
  return processTree(root).some((pid) => commandOf(pid).includes('apps.plugin'));
}

function commandOf(pid: number): string {
  try {
    return execFileSync('cat', [`/proc/${pid}/cmdline`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/v1/info`)).ok;
  } catch {
    return false;
  }
}

/** A plugin usually goes with its daemon. */
function endByPid(pid: number): void {
  if (!/netdata|\.plugin/.test(commandOf(pid))) return;
  process.kill(pid, 'SIGKILL');
}
