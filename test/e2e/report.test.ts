import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SourceSample, seededRng, type Tick } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ethogram, jsonLines } from './binary.js';
import { launch, noBrowser, visit } from './browser.js';

/** What a hostile process may be called. */
const HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e';
const START = Date.UTC(2026, 4, 1);
const NORMAL_TICKS = 1_200;

const folder = mkdtempSync(join(tmpdir(), 'ethogram-report-'));
const store = `lmdb:${join(folder, 'store')}`;
const file = (name: string) => join(folder, name);

/** Twenty minutes of a host with a hostile name in it, and half a minute in which it goes wrong. */
function recordedTicks(): Tick[] {
  const rng = seededRng(7);
  const sizes = (n: number) => ({
    scheme: 'quantize',
    counts: new Map([[70 + rng.integer(4), n]]),
  });
  const sample = (name: string, calls: Record<string, number>): SourceSample => ({
    kind: 'process',
    name,
    values: new Map(
      Object.entries({ 'cpu.ns': 1e7 + rng.integer(1e6), 'thread.count': 2, ...calls }),
    ),
    histograms: new Map([['io.read.size', sizes(5)]]),
  });
  return Array.from({ length: NORMAL_TICKS + 60 }, (_, i): Tick => {
    const load = 40 + Math.round(20 * Math.sin(i / 40)) + rng.integer(8);
    const isWrong = i >= NORMAL_TICKS;
    const read = { 'syscall.read.calls': load, 'syscall.write.calls': load + rng.integer(5) };
    return {
      host: 'web-1',
      boot: 'b',
      seq: i,
      ts: START + (i + 1) * 1_000,
      intervalNs: 1e9,
      backend: 'ebpf',
      blind: ['net'],
      samples: [
        sample('nginx.service/nginx', read),
        sample(HOSTILE, isWrong ? { 'syscall.ptrace.calls': 900 } : { 'syscall.read.calls': 9 }),
        {
          kind: 'device',
          name: 'sda',
          values: new Map([
            ['iops.read', load],
            ['iops.write', 3],
          ]),
          histograms: new Map([['latency', sizes(load)]]),
        },
        { kind: 'host', name: 'host', values: new Map([['cpu.utilisation', load * 5_000]]) },
        { kind: 'custom', name: 'plant', values: new Map([['heat', 20 + rng.integer(3)]]) },
      ],
      links: [],
      linkSnapshot: i === 0,
      markers: i === 300 ? [{ ts: START + 300_000, kind: 'note', text: HOSTILE }] : [],
      lost: i === 400 ? { 'map full': 3 } : {},
    };
  });
}

/** Writes a report and gives its path. */
async function report(name: string, ...args: readonly string[]): Promise<string> {
  const out = file(name);
  const run = await ethogram('report', '--store', store, ...args, '--out', out);
  expect(run.code, run.stderr).toBe(0);
  return out;
}

beforeAll(async () => {
  const open = await openStore(store, { mode: 'write' });
  await open.samples.append('web', recordedTicks());
  await open.close();
  const until = new Date(START + NORMAL_TICKS * 1_000).toISOString();
  const args = ['--store', store, '--recording', 'web', '--to', until];
  const trained = await ethogram('train', ...args, '--out', file('model.json'));
  expect(trained.code, trained.stderr).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a report', () => {
  test('of a recording under a model names who went wrong, and shows every part', async () => {
    const page = await report('both.html', '--model', file('model.json'), '--recording', 'web');
    const html = readFileSync(page, 'utf8');
    expect(html).toMatch(/class="verdict (warning|critical)"/);
    expect(html).toContain('syscall.ptrace.calls');
    const parts = [...html.matchAll(/<section id="([a-z-]+)"/g)].map(([, id]) => id);
    expect(parts).toEqual([
      ...['overview', 'scores', 'anomalies', 'graph', 'calls', 'sources', 'modes'],
      ...['distributions', 'iops', 'host', 'custom', 'clusters', 'thresholds', 'coverage'],
      ...['loss', 'steps'],
    ]);
  });

  test('holds the anomalies that score finds, before and after one is called expected', async () => {
    const args = ['--model', file('model.json'), '--recording', 'web'];
    const scored = async () => {
      const run = await ethogram('score', '--store', store, ...args, '-o', 'jsonl');
      expect(run.code, run.stderr).toBe(0);
      return jsonLines<{ readonly id: string }>(run.stdout);
    };
    const shown = async () => {
      const html = readFileSync(await report('count.html', ...args), 'utf8');
      return Number(/<dt>anomalies<\/dt><dd>(\d+)</.exec(html)?.[1]);
    };
    const before = await scored();
    expect(before.length).toBeGreaterThan(0);
    expect(await shown()).toBe(before.length);
    const acked = await ethogram('ack', '--store', store, before[0]?.id ?? '', '--expected');
    expect(acked.code, acked.stderr).toBe(0);
    expect(await shown()).toBe((await scored()).length);
  });

  test('of the same input is the same, byte for byte', async () => {
    const [one, two] = [
      await report('one.html', '--recording', 'web'),
      await report('two.html', '--recording', 'web'),
    ];
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  test('of a recording too short to learn from shows what was recorded, and says so', async () => {
    const until = new Date(START + 10_000).toISOString();
    const page = await report('short.html', '--recording', 'web', '--to', until);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('Without a model, nothing is scored');
    expect(html).toContain('id="calls"');
  });
});

describe('a report in a browser', () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (noBrowser === undefined) browser = await launch();
    else process.stderr.write(`skipped: reports in a browser: ${noBrowser}\n`);
  });
  afterAll(() => browser?.close());

  const pages = [
    ['of a recording under a model', ['--recording', 'web', '--model', file('model.json')]],
    ['of a model', ['--model', file('model.json')]],
    ['drawn by hand', ['--recording', 'web', '--style', 'sketch']],
  ] as const;

  for (const [what, args] of pages) {
    test(`${what} loads and runs nothing, and is accessible in light, dark and a narrow window`, async ({
      skip,
    }) => {
      if (!browser) return skip(noBrowser);
      const page = await report(`${what.replaceAll(' ', '-')}.html`, ...args);
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1200, 360]) {
          const seen = await visit(browser, page, { colorScheme, width });
          expect(seen, `${colorScheme} at ${width}`).toEqual({
            said: [],
            requests: [],
            violations: [],
            overflow: 0,
            scripts: 0,
            tabStops: ['Skip to the report', 'Overview', expect.any(String)],
          });
        }
      }
    });
  }
});
