import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { freePort } from '@ethogram/testkit/bed';
import { exists, pinned, type Running, start } from './child.js';
import { cpuBetween, processTree, threadCpuNs } from './process-cost.js';

const run = promisify(execFile);

/** What a run of a load says. */
export interface LoadFigures {
  readonly perSecond: number;
  /** Of what serves: microseconds of CPU for each request or block. */
  readonly cpuUs: number;
}

/** A real service under load, or a program that does I/O. */
export interface Load {
  readonly name: string;
  readonly missing?: string;
  /** Starts the service. */
  open(): Promise<void>;
  /** One measured run of about so many seconds, the same work each time. */
  run(): Promise<LoadFigures>;
  close(): Promise<void>;
}

/** Where loads run. */
export interface LoadSettings {
  readonly folder: string;
  readonly seconds: number;
  /** Processors of who serves and of who asks. */
  readonly serverCpu: number;
  readonly clientCpu: number;
}

/** The three loads, each bounded in work or time. */
export function loads(settings: LoadSettings): readonly Load[] {
  return [redisLoad(settings), nginxLoad(settings), fioLoad(settings)];
}

function absent(...commands: readonly string[]): { missing?: string } {
  const missing = commands.filter((command) => !exists(command));
  return missing.length > 0 ? { missing: `${missing.join(', ')} not there` } : {};
}

/** `redis-benchmark -t get`: 50 clients, no pipelining, a fixed number of requests. */
function redisLoad({ folder, seconds, serverCpu, clientCpu }: LoadSettings): Load {
  let server: Running | undefined;
  let port = 0;
  let requests = 20_000;
  const ask = async (): Promise<LoadFigures> => {
    const pid = (server as Running).pid;
    const before = threadCpuNs([pid]);
    const args = ['-p', String(port), '-t', 'get', '-n', String(requests), '-c', '50', '--csv'];
    const { stdout } = await run(...pinned(clientCpu, 'redis-benchmark', args));
    const used = cpuBetween(before, threadCpuNs([pid]));
    const perSecond = Number(/^"GET","([\d.]+)"/m.exec(stdout)?.[1]);
    return { perSecond, cpuUs: used / requests / 1e3 };
  };
  return {
    name: 'redis-benchmark GET',
    ...absent('redis-server', 'redis-benchmark'),
    open: async () => {
      port = await freePort();
      const options = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--dir',
        folder,
      ];
      server = await start(...pinned(serverCpu, 'redis-server', options), {
        ready: 'Ready to accept connections',
        signal: 'SIGTERM',
      });
      const { perSecond } = await ask();
      requests = Math.round((perSecond * seconds) / 1000) * 1000;
    },
    run: ask,
    close: async () => server?.stop(),
  };
}

/** One nginx worker that serves a file of 1 KB, asked by wrk over 32 connections for a fixed time. */
function nginxLoad({ folder, seconds, serverCpu, clientCpu }: LoadSettings): Load {
  let server: Running | undefined;
  let port = 0;
  return {
    name: 'nginx + wrk',
    ...absent('nginx', 'wrk'),
    open: async () => {
      port = await freePort();
      const home = `${folder}/nginx`;
      mkdirSync(home);
      writeFileSync(`${home}/page`, 'x'.repeat(1024));
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `${kind}_temp_path ${home}/${kind};`)
        .join(' ');
      writeFileSync(
        `${home}/conf`,
        `daemon off; worker_processes 1; user root; pid ${home}/pid; error_log stderr notice;
         events { worker_connections 256; }
         http { access_log off; keepalive_requests 1000000; ${temporary}
           server { listen 127.0.0.1:${port}; root ${home}; } }`,
      );
      const args = ['-p', home, '-c', `${home}/conf`];
      server = await start(...pinned(serverCpu, 'nginx', args), {
        ready: 'start worker process ',
        signal: 'SIGTERM',
      });
    },
    run: async () => {
      const pids = processTree((server as Running).pid);
      const before = threadCpuNs(pids);
      const url = `http://127.0.0.1:${port}/page`;
      const args = ['-t', '1', '-c', '32', '-d', `${Math.max(1, Math.round(seconds))}s`, url];
      const { stdout } = await run(...pinned(clientCpu, 'wrk', args));
      const used = cpuBetween(before, threadCpuNs(pids));
      if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`nginx answered wrong: ${stdout}`);
      const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
      const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
      return { perSecond, cpuUs: used / requests / 1e3 };
    },
    close: async () => server?.stop(),
  };
}

interface FioReport {
  readonly jobs: readonly [
    {
      readonly read: { readonly iops: number; readonly total_ios: number };
      readonly write: { readonly iops: number; readonly total_ios: number };
      readonly usr_cpu: number;
      readonly sys_cpu: number;
      readonly job_runtime: number;
    },
  ];
}

/** fio, buffered blocks of 4 KiB at random places of a file of 64 MiB, 7 of 10 of them read. */
function fioLoad({ folder, seconds, clientCpu }: LoadSettings): Load {
  let mebibytes = 256;
  const work = async (): Promise<LoadFigures> => {
    const args = [
      ...['--name=bench', `--filename=${folder}/fio`, '--size=64m', `--io_size=${mebibytes}m`],
      ...['--rw=randrw', '--rwmixread=70', '--bs=4k', '--ioengine=psync', '--invalidate=0'],
      ...['--randseed=1', '--gtod_reduce=1', '--norandommap', '--output-format=json'],
    ];
    const { stdout } = await run(...pinned(clientCpu, 'fio', args));
    const [job] = (JSON.parse(stdout) as FioReport).jobs;
    const blocks = job.read.total_ios + job.write.total_ios;
    const cpuMs = ((job.usr_cpu + job.sys_cpu) / 100) * job.job_runtime;
    return { perSecond: job.read.iops + job.write.iops, cpuUs: (cpuMs * 1e3) / blocks };
  };
  return {
    name: 'fio randrw 4k, buffered',
    ...absent('fio'),
    open: async () => {
      await work();
      const { perSecond } = await work();
      mebibytes = Math.max(64, Math.round((perSecond * seconds * 4096) / 2 ** 20));
    },
    run: work,
    close: async () => undefined,
  };
}
