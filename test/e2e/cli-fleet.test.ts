import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { startMongoServer } from '../integration/mongodb-server.js';
import { skippedTest } from '../skipped-test.js';
import { ETHOGRAM, type Finished, jsonLines, start } from './binary.js';

const TITLE = 'hosts of one MongoDB record, learn and score each for itself';
const named = spawnSync('unshare', ['--uts', 'hostname', 'web-1']);
const server =
  named.status === 0
    ? await startMongoServer()
    : { reason: 'needs root and unshare(1), to give a process a host name of its own' };

if ('reason' in server) {
  skippedTest(TITLE, server.reason);
} else {
  afterAll(() => server.stop());
  const store = `${server.host}/ethogram_fleet_${process.pid}${server.options}`;

  interface Service {
    said(): string;
    stop(): Promise<Finished>;
  }

  /** The service as it runs on a host of that name; learns as soon as it may. */
  const serviceOn = (host: string): Service => {
    const run = [
      ...['run', '--backend', 'procfs', '--interval', '200ms', '--metrics-listen', 'off'],
      ...['--first-after', '8s', '--learn-every', '1h', '--learn-from', '1h'],
    ];
    const child = spawn(
      'unshare',
      ['--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', host, process.execPath, ETHOGRAM, ...run],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ETHOGRAM_STORE: store } },
    );
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
    });
    const done = new Promise<Finished>((resolve) => {
      child.on('close', (code) => resolve({ code, ...text }));
    });
    return {
      said: () => text.stderr,
      stop: () => {
        child.kill('SIGTERM');
        return done;
      },
    };
  };

  const until = async (service: Service, what: RegExp): Promise<void> => {
    for (let i = 0; i < 240 && !what.test(service.said()); i++) await delay(250);
    expect(service.said()).toMatch(what);
  };

  test(TITLE, async () => {
    const first = serviceOn('web-1');
    await until(first, /scoring with model/);
    const other = serviceOn('web-2');
    await until(other, /scoring with model/);
    const twin = serviceOn('web-1');
    await until(twin, /CLI-1011/);
    await twin.stop();
    await first.stop();
    const again = serviceOn('web-1');
    await until(again, /scoring with model/);
    const listed = (await start(['models', 'ls'], { ETHOGRAM_STORE: store }).done).stdout;
    const models = jsonLines<{ name: string; host: string; state: string }>(listed);
    await Promise.all([other.stop(), again.stop()]);
    expect(models.map(({ name, host, state }) => [name, host, state])).toEqual([
      ['host', 'web-1', 'active'],
      ['web-2', 'web-2', 'active'],
    ]);
    expect(other.said()).toMatch(/model host@1 is not used: .*learned on web-1/);
    expect(other.said()).toContain('scoring with model web-2@1');
    for (const service of [first, again]) {
      expect(service.said()).toContain('scoring with model host@1');
    }
  });
}
