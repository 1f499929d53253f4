import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manualClock, type SourceSample, sourceKey, type Tick } from '@ethogram/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CollectorOptions } from '../../src/collector-options.js';
import { openCollector } from '../../src/open-collector.js';

const fixture = fileURLToPath(new URL('../fixtures/web-host', import.meta.url));

describe('the procfs backend on a host made of files', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ethogram-web-host-'));
    cpSync(fixture, root, { recursive: true, verbatimSymlinks: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const change = (file: string, from: string, to: string) => {
    const path = join(root, 'proc', file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
  };

  /** Takes one tick per step; what a step changes happens within its tick. */
  async function ticksOf(steps: readonly (() => void)[], options: CollectorOptions = {}) {
    const clock = manualClock(Date.UTC(2026, 0, 1));
    const left = [...steps];
    const stop = new AbortController();
    const source = await openCollector({
      backend: 'procfs',
      host: 'web1',
      procRoot: join(root, 'proc'),
      sysRoot: join(root, 'sys'),
      fsRoot: join(root, 'root'),
      ownPid: 4_000_000,
      clock: {
        ...clock,
        sleep: (ms) => {
          left.shift()?.();
          return clock.sleep(ms);
        },
      },
      ...options,
    });
    const ticks: Tick[] = [];
    for await (const tick of source.ticks(stop.signal)) {
      ticks.push(tick);
      if (ticks.length === steps.length) break;
    }
    await source.close();
    return ticks;
  }

  const sample = (tick: Tick | undefined, name: string): SourceSample => {
    const found = tick?.samples.find((one) => one.name === name);
    if (!found) throw new Error(`no ${name} among ${tick?.samples.map(sourceKey).join(', ')}`);
    return found;
  };
  const value = (tick: Tick | undefined, name: string, metric: string) =>
    sample(tick, name).values.get(metric);
  const nothing = () => {};

  it('finds every source under the name that survives a restart', async () => {
    const [tick] = await ticksOf([nothing]);
    expect(tick?.host).toBe('web1');
    expect(tick?.boot).toBe('6f7c1f0e-1a2b-4c3d-8e9f-001122334455');
    expect(tick?.samples.map(sourceKey)).toEqual([
      'process:[ksoftirqd]',
      'process:[kthreadd]',
      'process:[kworker]',
      'process:app@.service/worker',
      'process:bash',
      'process:container:shop.cache@redis/redis-server',
      'process:nginx.service/nginx',
      'process:systemd',
      'device:sda',
      'host:host',
    ]);
    expect(value(tick, 'nginx.service/nginx', 'process.instances')).toBe(3);
    expect(value(tick, 'nginx.service/nginx', 'fd.count')).toBe(9);
    expect(value(tick, 'nginx.service/nginx', 'io.read.bytes')).toBeUndefined();
    expect(sample(tick, 'container:shop.cache@redis/redis-server').attributes).toEqual({
      executable: 'redis-server',
      scope: 'container:shop.cache@redis',
      exe: '/opt/redis/bin/redis-server',
    });
    expect(tick?.markers).toEqual([]);
  });

  it('adds up what the processes of one source did', async () => {
    const [tick] = await ticksOf([
      () => {
        for (const pid of [200, 201]) {
          change(`${pid}/schedstat`, '10000000 0 10', '12000000 0 13');
          change(`${pid}/io`, 'rchar: ', 'rchar: 1');
        }
      },
    ]);
    expect(value(tick, 'nginx.service/nginx', 'cpu.ns')).toBe(4_000_000);
    expect(value(tick, 'nginx.service/nginx', 'sched.switches')).toBe(6);
    expect(value(tick, 'nginx.service/nginx', 'io.read.bytes')).toBe(20_000);
  });

  it('counts a process that ends, and marks the end of its unit', async () => {
    const [, second] = await ticksOf([
      nothing,
      () => rmSync(join(root, 'proc/401'), { recursive: true }),
    ]);
    expect(value(second, 'app@.service/worker', 'process.exits')).toBe(1);
    expect(value(second, 'app@.service/worker', 'process.instances')).toBeUndefined();
    expect(second?.markers.map(({ kind, text }) => [kind, text])).toEqual([
      ['unit-stop', 'app@.service stopped'],
    ]);
  });

  it('counts a process that turns into another program as the end of one and start of another', async () => {
    const [tick] = await ticksOf([
      () => {
        change('400/schedstat', '10000000 0 10', '10500000 0 11');
        rmSync(join(root, 'proc/400/exe'));
        symlinkSync('/usr/bin/python3.11', join(root, 'proc/400/exe'));
      },
    ]);
    expect(value(tick, 'bash', 'process.exits')).toBe(1);
    expect(value(tick, 'python3.11', 'process.starts')).toBe(1);
    expect(value(tick, 'python3.11', 'process.instances')).toBe(1);
  });

  it('groups by user where asked to', async () => {
    const [tick] = await ticksOf([nothing], { group: 'user' });
    const names = tick?.samples.filter((s) => s.kind === 'process').map((s) => s.name);
    expect(names).toEqual(['ana', 'root', 'uid:999', 'www-data']);
  });

  it('puts what is over the limit into other and counts it as lost', async () => {
    const [tick] = await ticksOf([nothing], { maxSources: 3 });
    expect(tick?.samples.filter((s) => s.kind === 'process').length).toBe(4);
    expect(tick?.lost).toEqual({ 'sources.over-limit': 5 });
  });

  it('keeps to the processes that match, and says nothing of the others', async () => {
    const [tick] = await ticksOf([nothing], { match: '*nginx*' });
    expect(tick?.blind).toContain('processes other than *nginx*');
    expect(tick?.samples.filter((s) => s.kind === 'process').map((s) => s.name)).toEqual([
      'nginx.service/nginx',
    ]);
    expect(tick?.lost).toEqual({});
  });

  it('refuses with exit code 5 where there is no procfs', async () => {
    const options = { backend: 'procfs', procRoot: join(root, 'nowhere') } as const;
    await expect(openCollector(options)).rejects.toMatchObject({
      code: 'COLLECT-2001',
      exitCode: 5,
      message: expect.stringContaining('nowhere'),
    });
  });

  it('names every option that is wrong', async () => {
    await expect(openCollector({ intervalMs: 3, maxSources: 0 })).rejects.toMatchObject({
      code: 'COLLECT-1001',
      exitCode: 2,
      message: expect.stringMatching(/intervalMs[\s\S]*maxSources|maxSources[\s\S]*intervalMs/),
    });
  });
});
