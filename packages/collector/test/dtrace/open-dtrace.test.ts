import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tick } from '@ethogram/core';
import { sampleSourceContract } from '@ethogram/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCollectorOptions } from '../../src/collector-options.js';
import { type DtracePlatform, openDtrace } from '../../src/dtrace/open-dtrace.js';
import { openCollector } from '../../src/open-collector.js';
import type { SampleSource } from '../../src/sample-source.js';

const fake = fileURLToPath(new URL('../fixtures/fake-dtrace.mjs', import.meta.url));

/** illumos with a dtrace that behaves as the environment says. */
function illumos(environment: readonly string[] = []): DtracePlatform {
  const before = [...environment, process.execPath, fake];
  return { platform: 'sunos', how: { command: '/usr/bin/env', before } };
}

async function open(platform = illumos(), intervalMs = 50): Promise<SampleSource> {
  const options = parseCollectorOptions({ backend: 'dtrace', intervalMs });
  const opened = await openDtrace(options, [], platform);
  if (!opened.source) throw new Error(opened.limitation.reason);
  return opened.source;
}

sampleSourceContract('dtrace', { open: () => open(), endless: true });

describe('the dtrace backend', () => {
  let source: SampleSource | undefined;
  afterEach(() => source?.close());

  async function firstTicks(platform: DtracePlatform, count = 1): Promise<Tick[]> {
    source = await open(platform, 300);
    const ticks: Tick[] = [];
    for await (const tick of source.ticks(new AbortController().signal)) {
      ticks.push(tick);
      if (ticks.length === count) break;
    }
    return ticks;
  }
  /** Of a tick's source, each metric as a multiple of how often the program was printed in it. */
  function perPrint(tick: Tick | undefined, name: string, prints: string, once: number) {
    const values = tick?.samples.find((sample) => sample.name === name)?.values;
    const times = (values?.get(prints) ?? Number.NaN) / once;
    expect(Number.isInteger(times)).toBe(true);
    return Object.fromEntries(
      [...(values ?? [])].map(([metric, value]) => [metric, value / times]),
    );
  }

  it('gives calls, errors, I/O and CPU time of programs, and requests of devices', async () => {
    const [, tick] = await firstTicks(illumos(), 2);
    expect(perPrint(tick, 'nginx', 'cpu.ns', 123456)).toEqual({
      'syscall.read.calls': 12,
      'syscall.epoll_wait.calls': 3,
      'syscall.read.again': 2,
      'syscall.openat.errors': 1,
      'io.read.ops': 10,
      'io.read.bytes': 5120,
      'cpu.ns': 123456,
    });
    expect(perPrint(tick, 'sd0', 'iops.write', 4)).toEqual({
      'iops.write': 4,
      'bytes.write': 16384,
    });
    const sizes = tick?.samples[0]?.histograms?.get('io.read.size');
    expect(sizes?.scheme).toBe('quantize');
    // 256 … 511 is bucket 72, 512 … 1023 bucket 73.
    expect([...(sizes?.counts.keys() ?? [])]).toEqual([72, 73]);
    expect(tick?.lost).toEqual({});
  });

  it('takes a zone for a container', async () => {
    const [, tick] = await firstTicks(illumos(['FAKE_DTRACE_ZONE=web01']), 2);
    expect(tick?.samples.map((sample) => sample.name)).toEqual(['container:web01/nginx', 'sd0']);
  });

  it.each([
    ['what dtrace dropped', 'drops', 'dtrace.drops', 7],
    ['rows that mean nothing to us', 'odd', 'dtrace.rows-malformed', 4],
  ])('counts %s', async (_, behaviour, cause, each) => {
    const [, tick] = await firstTicks(illumos([`FAKE_DTRACE=${behaviour}`]), 2);
    expect(Object.keys(tick?.lost ?? {})).toEqual([cause]);
    expect((tick?.lost[cause] ?? 0) % each).toBe(0);
    expect(tick?.samples.map((sample) => sample.name)).toEqual(['nginx', 'sd0']);
  });

  it('says what dtrace said when it may not run', async () => {
    const options = parseCollectorOptions({ backend: 'dtrace' });
    const { limitation } = await openDtrace(options, [], illumos(['FAKE_DTRACE=refuse']));
    expect(limitation?.reason).toContain('requires additional privileges');
    expect(limitation?.remedy).toContain('root');
  });

  it('has a D program for each platform that has DTrace, and none for Linux', async () => {
    for (const script of ['illumos.d', 'freebsd.d', 'macos.d']) {
      expect(existsSync(new URL(`../../dtrace/${script}`, import.meta.url))).toBe(true);
    }
    await expect(openCollector({ backend: 'dtrace' })).rejects.toMatchObject({
      code: 'COLLECT-2001',
      exitCode: 5,
      message: expect.stringContaining('no D program for linux'),
    });
  });
});
