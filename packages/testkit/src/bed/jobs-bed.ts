import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, untilListening } from './ports.js';
import type { ServiceUnit } from './service-unit.js';
import { startUnits } from './start-units.js';

/** Other services under load: client → haproxy → Python with SQLite → PostgreSQL, each a unit. */
export interface JobsBed {
  /** Sets the client's load, requests a second. */
  load(requestsPerSecond: number): void;
  /** Sets which share of the requests writes, 0 to 1 (at the start 0.2). */
  mix(writeShare: number): void;
  readonly workerPid: number;
  /** Tells the worker to misbehave: a line as `bed/worker.py` documents it. */
  tellWorker(line: string): void;
  /** Ends PostgreSQL, and starts it again with its data. */
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  stop(): Promise<void>;
}

/** The names of the bed's units. */
export interface JobsBedNames {
  readonly database: string;
  readonly worker: string;
  readonly proxy: string;
  readonly client: string;
}

const SCRIPTS = fileURLToPath(new URL('../../bed', import.meta.url));
const PYTHON = '/usr/bin/python3';
/** PostgreSQL refuses to run as root: this becomes the server by `exec`. */
const AS_POSTGRES = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];

/**
 * Starts PostgreSQL, a Python worker behind haproxy, and a client at no load.
 * @param folder an empty folder that everybody may enter
 */
export async function startJobsBed(folder: string, names: JobsBedNames): Promise<JobsBed> {
  return startUnits(async (start) => {
    mkdirSync(folder, { recursive: true });
    const databasePort = await freePort();
    const data = join(folder, 'postgresql');
    initialise(data);
    const startDatabase = async (): Promise<ServiceUnit> => {
      const unit = start(
        names.database,
        ...[...AS_POSTGRES, join(postgresFolder(), 'postgres'), '-D', data, '-k', data],
        ...['-p', String(databasePort), '-c', 'shared_buffers=16MB'],
      );
      await untilListening(databasePort, unit.output);
      return unit;
    };
    let database = await startDatabase();
    await delay(1000);

    const workerPort = await freePort();
    const worker = start(
      names.worker,
      ...[PYTHON, join(SCRIPTS, 'worker.py'), String(workerPort), String(databasePort), folder],
    );
    await untilListening(workerPort, worker.output);

    const port = await freePort();
    const configuration = join(folder, 'haproxy.cfg');
    writeFileSync(configuration, haproxyConfiguration(port, workerPort));
    const proxy = start(names.proxy, 'haproxy', '-db', '-f', configuration);
    await untilListening(port, proxy.output);

    const client = start(names.client, PYTHON, join(SCRIPTS, 'requester.py'), String(port));
    return {
      load: (requestsPerSecond) => client.send(`rate ${requestsPerSecond}`),
      mix: (writeShare) => client.send(`mix ${writeShare}`),
      workerPid: worker.pid,
      tellWorker: (line) => worker.send(line),
      stopDatabase: async () => {
        // SIGINT: PostgreSQL ends at once, without waiting for its clients.
        process.kill(database.pid, 'SIGINT');
        await delay(500);
        await database.stop();
      },
      startDatabase: async () => {
        database = await startDatabase();
      },
    };
  });
}

function initialise(data: string): void {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  execFileSync('chown', ['postgres:postgres', data]);
  const [command = '', ...args] = AS_POSTGRES;
  execFileSync(
    command,
    [...args, join(postgresFolder(), 'initdb'), '-D', data, '-A', 'trust', '--no-sync'],
    { stdio: ['ignore', 'ignore', 'inherit'], cwd: '/' },
  );
}

/** Debian keeps the programs of each major version in a folder of their own. */
function postgresFolder(): string {
  const root = '/usr/lib/postgresql';
  const newest = existsSync(root) ? readdirSync(root).sort().at(-1) : undefined;
  if (newest === undefined) throw new Error(`startJobsBed: no PostgreSQL under ${root}`);
  return join(root, newest, 'bin');
}

function haproxyConfiguration(port: number, workerPort: number): string {
  return `
global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 5s
frontend web
  bind 127.0.0.1:${port}
  default_backend workers
backend workers
  http-reuse always
  server one 127.0.0.1:${workerPort}
`;
}
