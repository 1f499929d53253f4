import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openCollector } from '@ethogram/collector';
import { type SourceSample, sourceKey } from '@ethogram/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ETHOGRAM } from '../e2e/binary.js';
import { lockKernel } from './kernel-lock.js';

const shipped = fileURLToPath(new URL('../../packages/collector/recipes/', import.meta.url));

const reason = whyNotHere();
if (reason !== undefined) process.stderr.write(`skipped, no recipes here: ${reason}\n`);

/** Why bpftrace cannot run here; nothing where it can. */
function whyNotHere(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  try {
    const program = 'BEGIN { @x = count(); exit(); }';
    execFileSync('bpftrace', ['-e', program], { stdio: 'ignore', timeout: 20_000 });
    return undefined;
  } catch (error) {
    return `bpftrace does not run: ${(error as Error).message}`;
  }
}

describe.skipIf(reason !== undefined)(
  'the recipes that are shipped, with the real bpftrace',
  () => {
    let unlock: (() => Promise<void>) | undefined;
    let folder = '';
    beforeAll(async () => {
      unlock = await lockKernel();
      folder = mkdtempSync(join(tmpdir(), 'ethogram-recipes-'));
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await unlock?.();
    });

    /** A program under a name that nothing else has, short enough for the kernel's 15 characters. */
    function program(original: string, name: string): string {
      const path = join(folder, name);
      copyFileSync(`/bin/${original}`, path);
      return path;
    }

    /** What one custom source got while something ran, added up over the ticks. */
    async function recordWhile(recipe: string, source: string, run: () => Promise<void> | void) {
      const path = join(folder, `${recipe}.bt`);
      // The server of the test must be told from any other Node.js on this host.
      const original = readFileSync(`${shipped}${recipe}.bt`, 'utf8');
      writeFileSync(path, original.replaceAll('"node"', '"eth-node"'), { mode: 0o600 });
      const collector = await openCollector({
        backend: 'procfs',
        intervalMs: 200,
        recipes: [path],
      });
      const stop = new AbortController();
      const values = new Map<string, number>();
      const lost: Record<string, number> = {};
      const add = (key: string, count: number) => values.set(key, (values.get(key) ?? 0) + count);
      const addSample = (sample: SourceSample): void => {
        for (const [metric, value] of sample.values) add(metric, value);
        for (const [metric, { counts }] of sample.histograms ?? []) {
          for (const [bucket, count] of counts) add(`${metric}[${bucket}]`, count);
        }
      };
      let started: () => void = () => {};
      const first = new Promise<void>((resolve) => {
        started = resolve;
      });
      const reading = (async () => {
        for await (const tick of collector.ticks(stop.signal)) {
          for (const [cause, count] of Object.entries(tick.lost)) {
            if (cause.startsWith('recipe.')) lost[cause] = (lost[cause] ?? 0) + count;
          }
          for (const sample of tick.samples) {
            if (sourceKey(sample) === `custom:${source}`) addSample(sample);
          }
          started();
        }
      })();
      try {
        await first;
        await run();
      } finally {
        stop.abort();
        await reading;
        await collector.close();
      }
      expect(lost).toEqual({});
      const buckets = (from: number): number =>
        [...values].reduce((sum, [key, count]) => {
          const bucket = /\[(\d+)\]$/.exec(key)?.[1];
          return bucket !== undefined && Number(bucket) >= from ? sum + count : sum;
        }, 0);
      return { of: (metric: string) => values.get(metric) ?? 0, buckets };
    }

    const shell = (path: string, script: string) => {
      execFileSync(path, ['-c', script], { stdio: ['ignore', 'ignore', 'inherit'] });
    };

    it('count system calls by execname', async () => {
      const path = program('bash', 'eth-calls');
      const found = await recordWhile('syscalls-by-execname', 'eth-calls', () =>
        shell(path, 'for ((i = 0; i < 1000; i++)); do printf x; done'),
      );
      expect(found.of('syscalls')).toBeGreaterThanOrEqual(1000);
    });

    it('count the bytes that a program read, and how large its reads were', async () => {
      const path = program('dd', 'eth-reads');
      const run = () => {
        const args = ['if=/dev/zero', 'of=/dev/null', 'bs=1000', 'count=500'];
        execFileSync(path, args, { stdio: 'ignore' });
      };
      const bytes = await recordWhile('bytes-read-by-process', 'eth-reads', run);
      // Beside its own reads the program is loaded: a few thousand bytes of headers and locales.
      expect(bytes.of('read_bytes')).toBeGreaterThanOrEqual(500_000);
      expect(bytes.of('read_bytes')).toBeLessThan(520_000);
      const sizes = await recordWhile('read-size-quantize', 'eth-reads', run);
      // 1,000 lies in 2^9 … 2^10 − 1, as do the headers of libraries.
      expect(sizes.of('read_size[73]')).toBeGreaterThanOrEqual(500);
      expect(sizes.of('read_size[73]')).toBeLessThan(510);
    });

    it('count each request of a Node.js server once, kept-alive connections included', async () => {
      const script = `require('http').createServer((q, s) => setTimeout(() => s.end('ok'), 8))
      .listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
      const node = join(folder, 'eth-node');
      symlinkSync(process.execPath, node);
      const server: ChildProcess = spawn(node, ['-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const [port] = (await once(server.stdout as NonNullable<typeof server.stdout>, 'data')) as [
          Buffer,
        ];
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        const url = `http://127.0.0.1:${String(port).trim()}/`;
        const found = await recordWhile('nodejs-http-latency', 'eth-node', async () => {
          for (let request = 0; request < 50; request++) {
            await new Promise<void>((resolve, reject) => {
              get(url, { agent }, (response) => response.resume().once('end', resolve)).once(
                'error',
                reject,
              );
            });
          }
          agent.destroy();
        });
        // Eight milliseconds lie above 2^22 ns, also where the time that a timer begins with is old.
        expect(found.buckets(0)).toBe(50);
        expect(found.buckets(64 + 22)).toBe(50);
      } finally {
        server.kill();
        await once(server, 'exit');
      }
    });

    it('count the TCP connections that a program opens', async () => {
      const path = program('bash', 'eth-connects');
      const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const found = await recordWhile('tcp-connects', 'eth-connects', async () => {
        const script = `for ((i = 0; i < 20; i++)); do exec 3<>/dev/tcp/127.0.0.1/${port}; done`;
        const child = spawn(path, ['-c', script], { stdio: 'inherit' });
        expect(await once(child, 'exit')).toEqual([0, null]);
      });
      server.close();
      expect(found.of('tcp_connects')).toBe(20);
    });

    it('are read to the last when Ctrl-C goes to the whole group, as at a terminal', async () => {
      const recipe = join(folder, 'group.bt');
      copyFileSync(`${shipped}syscalls-by-execname.bt`, recipe);
      chmodSync(recipe, 0o600);
      const args = ['--backend', 'procfs', '--interval', '200ms', '--recipe', recipe];
      const store = `lmdb:${join(folder, 'group')}`;
      const child = spawn(
        process.execPath,
        [ETHOGRAM, 'record', '--store', store, '-o', 'json', ...args],
        // Detached is a group of its own, which a terminal would send its signals to.
        { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
      );
      let [said, summary] = ['', ''];
      child.stderr.on('data', (chunk) => {
        said += chunk;
      });
      child.stdout.on('data', (chunk) => {
        summary += chunk;
      });
      const ended = once(child, 'close');
      for (let i = 0; i < 1200 && !said.includes('measuring') && child.exitCode === null; i++) {
        await delay(50);
      }
      await delay(600);
      process.kill(-(child.pid as number), 'SIGINT');
      await ended;
      expect(summary, said).toContain('"lostBy"');
      expect(summary).not.toContain('recipe.ended');
    });

    it('count page faults, and how long a program waited off the CPU', async () => {
      const path = program('bash', 'eth-waits');
      const script = 'for ((i = 0; i < 20; i++)); do read -t 0.02 < <(sleep 1); done; exit 0';
      const faults = await recordWhile('page-faults', 'eth-waits', () => shell(path, 'exit 0'));
      expect(faults.of('page_faults')).toBeGreaterThan(10);
      const waits = await recordWhile('off-cpu', 'eth-waits', () => shell(path, script));
      // 20 ms lie above 2^24 ns; a signal may cut one in two.
      expect(waits.buckets(64 + 23)).toBeGreaterThanOrEqual(15);
    });
  },
);
