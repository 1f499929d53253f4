import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Rng, seededRng } from '@ethogram/core';
import {
  bedSources,
  freePort,
  type ServiceUnit,
  startUnit,
  startWebBed,
  untilListening,
  type WebBed,
} from '@ethogram/testkit/bed';

const ACTOR = fileURLToPath(new URL('./actor.mjs', import.meta.url));
const PYTHON = '/usr/bin/python3';
const SHARED_MEMORY = fileURLToPath(new URL('./shared_memory.py', import.meta.url));

/** A true coupling of the bed, cause first; keys of sources. */
export interface Coupling {
  readonly from: string;
  readonly to: string;
  /** How it runs: something the kernel shows, or nothing of the kind. */
  readonly channel: 'tcp' | 'unix' | 'udp' | 'pipe' | 'shared memory' | 'file' | 'device';
}

/** Real processes with known couplings, decoys beside them. */
export interface GraphBed {
  readonly couplings: readonly Coupling[];
  /** Pairs that one unseen cause drives; neither right nor wrong as edges. */
  readonly driven: readonly (readonly [string, string])[];
  /** Keys of all sources of the bed. */
  readonly sources: readonly string[];
  /** Starts a service that was not there, and its client, as a virtual machine would be started. */
  startLate(): Promise<readonly [server: string, client: string]>;
  stop(): Promise<void>;
}

/** Channels whose links the kernel shows. */
export const OBSERVABLE: ReadonlySet<Coupling['channel']> = new Set(['tcp', 'unix', 'udp', 'pipe']);

/**
 * Starts the bed: a web stack under load, a pipeline, client and server over TCP and over a unix
 * socket, both reporting to a log daemon by datagram, a writer that syncs, shared memory, a file
 * that is followed, two services driven alike, and decoys of the same burst law.
 * @param device key of the disk that `folder` is on.
 */
export async function startGraphBed(folder: string, device: string): Promise<GraphBed> {
  const prefix = `gb${letters(process.pid)}`;
  const units: ServiceUnit[] = [];
  let web: WebBed | undefined;
  let seed = 1;
  const unit = (name: string, ...command: string[]): ServiceUnit => {
    const started = startUnit(`${prefix}-${name}.service`, command);
    units.push(started);
    return started;
  };
  const actor = (name: string, role: string, ...args: string[]): string => {
    unit(name, process.execPath, ACTOR, role, String(seed++), ...args);
    return `process:${prefix}-${name}.service/node`;
  };
  const memory = join('/dev/shm', `graph-bed-${process.pid}`);
  const beating = new AbortController();
  const stop = async (): Promise<void> => {
    beating.abort();
    for (const one of units.splice(0).reverse()) {
      one.end();
      await one.stop();
    }
    await web?.stop();
    rmSync(memory, { force: true });
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const names = {
      nginx: `${prefix}-nginx.service`,
      redis: `${prefix}-redis.service`,
      client: `${prefix}-web-client.service`,
      app: `${prefix}-app.service`,
    };
    web = await startWebBed(join(folder, 'web'), names);
    const served = bedSources(names);
    const [client, nginx, redis] = [served.client, served.nginx, served.redis].map(
      (name) => `process:${name}`,
    ) as [string, string, string];
    const app = `process:${prefix}-app.service/node`;

    const logPort = await freePort();
    const logger = actor('logger', 'logger', String(logPort));
    const tcpPort = await freePort();
    const tcpServer = actor('tcp-server', 'server', String(tcpPort), String(logPort));
    await untilListening(tcpPort, () => units.at(-1)?.output() ?? '');
    const tcpClient = actor('tcp-client', 'client', String(tcpPort));
    const socket = join(folder, 'unix.sock');
    const unixServer = actor('unix-server', 'server', socket, String(logPort));
    await untilThere(socket);
    const unixClient = actor('unix-client', 'client', socket);

    const quote = (text: string) => `'${text}'`;
    unit(
      'pipeline',
      '/bin/sh',
      '-c',
      `${quote(process.execPath)} ${quote(ACTOR)} generate ${seed++} | sed -u s/text/TEXT/ | tee /dev/null > /dev/null`,
    );
    const [generator, editor, end] = ['node', 'sed', 'tee'].map(
      (name) => `process:${prefix}-pipeline.service/${name}`,
    ) as [string, string, string];

    writeFileSync(memory, Buffer.alloc(8));
    unit('memory-writer', PYTHON, SHARED_MEMORY, 'write', memory, String(seed++));
    unit('memory-reader', PYTHON, SHARED_MEMORY, 'read', memory, String(seed++));
    const followed = join(folder, 'followed.log');
    writeFileSync(followed, '');
    const appender = actor('appender', 'append', followed);
    unit('follower', 'tail', '-n0', '-f', followed);
    const writer = actor('writer', 'fsync', join(folder, 'synced'));

    const driven = ['driven-a', 'driven-b'].map((name) => actor(name, 'driven'));
    const decoys = [1, 2, 3, 4].map((i) => actor(`busy-${i}`, 'busy'));
    const timers = [1, 2].map((i) => actor(`timer-${i}`, 'timer', '5000'));
    const idle = [1, 2].map((i) => actor(`idle-${i}`, 'idle'));

    const both = units.filter(({ name }) => name.startsWith(`${prefix}-driven`));
    void driveWeb(web, seededRng(11), beating.signal);
    void driveBoth(both, seededRng(12), beating.signal);
    const couplings: Coupling[] = [
      { from: client, to: nginx, channel: 'tcp' },
      { from: nginx, to: app, channel: 'tcp' },
      { from: nginx, to: redis, channel: 'tcp' },
      { from: app, to: redis, channel: 'tcp' },
      { from: tcpClient, to: tcpServer, channel: 'tcp' },
      { from: unixClient, to: unixServer, channel: 'unix' },
      { from: tcpServer, to: logger, channel: 'udp' },
      { from: unixServer, to: logger, channel: 'udp' },
      { from: generator, to: editor, channel: 'pipe' },
      { from: editor, to: end, channel: 'pipe' },
      {
        from: python(`${prefix}-memory-writer`),
        to: python(`${prefix}-memory-reader`),
        channel: 'shared memory',
      },
      { from: appender, to: `process:${prefix}-follower.service/tail`, channel: 'file' },
      { from: writer, to: device, channel: 'device' },
    ];
    const sources = new Set([
      ...couplings.flatMap(({ from, to }) => [from, to]),
      ...driven,
      ...decoys,
      ...timers,
      ...idle,
    ]);
    return {
      couplings,
      driven: [[driven[0] as string, driven[1] as string]],
      sources: [...sources],
      startLate: async () => {
        const port = await freePort();
        const server = actor('late-server', 'server', String(port));
        await untilListening(port, () => units.at(-1)?.output() ?? '');
        return [server, actor('late-client', 'client', String(port))];
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A number in letters: two beds on one machine do not meet, and names of units lose their digits. */
function letters(value: number): string {
  return [...String(value)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}

/** The key of a Python unit: the executable's own name tells the version. */
function python(name: string): string {
  return `process:${name}.service/${basename(realpathSync(PYTHON))}`;
}

async function untilThere(path: string): Promise<void> {
  for (let i = 0; i < 200 && !existsSync(path); i++) await delay(50);
  if (!existsSync(path)) throw new Error(`graph bed: ${path} did not appear`);
}

/** A load of the web stack that changes every few seconds. */
async function driveWeb(web: WebBed, rng: Rng, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    web.load(rng.next() < 0.4 ? 2 : 20 + rng.integer(80));
    await delay(2000 + rng.integer(5000), undefined, { signal }).catch(() => {});
  }
}

/** The cause that two services share and that is no source of the bed. */
async function driveBoth(
  services: readonly ServiceUnit[],
  rng: Rng,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const rate = rng.next() < 0.45 ? 1 : 15 + rng.integer(30);
    for (let end = Date.now() + 1000 + rng.integer(8000); Date.now() < end && !signal.aborted; ) {
      for (const service of services) service.send('go');
      await delay((-1000 * Math.log(1 - rng.next())) / rate, undefined, { signal }).catch(() => {});
    }
  }
}
