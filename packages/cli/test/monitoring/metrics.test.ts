import { spawnSync } from 'node:child_process';
import { get } from 'node:http';
import { manualClock, type Tick } from '@ethogram/core';
import { afterEach, describe, expect, test } from 'vitest';
import { exampleModel } from '../../../model/test/example-model.js';
import { listenAddress } from '../../src/monitoring/listen-address.js';
import { metricsRegistry } from '../../src/monitoring/metrics-registry.js';
import {
  type MonitoringServer,
  openMonitoringServer,
} from '../../src/monitoring/monitoring-server.js';
import { ServiceState } from '../../src/monitoring/service-state.js';
import { openOutlets } from '../../src/service/outlets.js';
import { anomaly, HOSTILE, scored } from '../example-anomaly.js';

const T0 = Date.UTC(2026, 4, 1);

function tick(seq: number, names: readonly string[], more: Partial<Tick> = {}): Tick {
  return {
    host: 'web-1',
    boot: 'b',
    seq,
    ts: T0 + seq * 1000,
    intervalNs: 1e9,
    backend: 'procfs',
    blind: [],
    samples: [
      ...names.map((name) => ({
        kind: 'process' as const,
        name,
        values: new Map([
          ['cpu.ns', 250_000_000],
          ['memory.rss', 4096],
          ['syscall.read.calls', 7],
          ['syscall.write.calls', 3],
          ['syscall.read.errors', 1],
          ['syscall.read.again', 5],
        ]),
      })),
      { kind: 'host', name: 'web-1', values: new Map([['cpu.utilisation', 500_000]]) },
    ],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
    ...more,
  };
}

function service(maxSources = 500) {
  const clock = manualClock(T0);
  const state = new ServiceState({ clock, intervalMs: 1000, maxSources });
  const registry = metricsRegistry(state, '1.2.3', () => [
    { target: 'webhook', sent: 4, dropped: 3, retries: 2, waiting: 1 },
  ]);
  return { clock, state, registry };
}

/** Values by series, as a scraper reads them. */
function series(text: string): Map<string, number> {
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    rows.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

describe('/metrics', () => {
  test('says what was measured, lost, stored, scored and told', async () => {
    const { state, registry } = service();
    state.took(tick(1, ['web']));
    state.took(tick(2, ['web'], { lost: { 'map full': 2 } }));
    state.took(tick(3, ['web'], { lost: { 'map full': 3 } }));
    state.appended({ stored: 3, repeated: 0, buffered: 2, dropped: 9 });
    state.uses(7, exampleModel());
    const sources = [{ source: 'process:web', score: 4.5, p: 1e-5, anomalous: true }];
    const bad = anomaly('web', { severity: 'critical' });
    state.scored(scored({ score: 2.5, sources, anomalies: [bad] }), 1);
    const found = series(await registry.metrics());
    expect(Object.fromEntries(found)).toMatchObject({
      'ethogram_build_info{version="1.2.3"}': 1,
      ethogram_ticks_total: 3,
      ethogram_tick_interval_seconds: 1,
      ethogram_last_tick_timestamp_seconds: T0 / 1000 + 3,
      'ethogram_lost_total{cause="map full"}': 5,
      'ethogram_sources{kind="process"}': 1,
      ethogram_store_appends_total: 3,
      ethogram_store_buffered_ticks: 2,
      ethogram_store_drops_total: 9,
      ethogram_model_warn_score: 3,
      ethogram_host_score: 2.5,
      'ethogram_source_score{source="web",kind="process"}': 4.5,
      'ethogram_source_anomalous{source="web",kind="process"}': 1,
      'ethogram_anomalies_total{severity="critical"}': 1,
      'ethogram_anomalies_total{severity="warning"}': 0,
      ethogram_open_incidents: 1,
      'ethogram_alerts_sent_total{target="webhook"}': 4,
      'ethogram_alerts_dropped_total{target="webhook"}': 3,
      'ethogram_alert_retries_total{target="webhook"}': 2,
      'ethogram_alert_queue_length{target="webhook"}': 1,
      'ethogram_source_cpu_seconds_total{source="web",kind="process"}': 0.75,
      'ethogram_source_resident_memory_bytes{source="web",kind="process"}': 4096,
      'ethogram_source_system_calls_total{source="web",kind="process"}': 30,
      'ethogram_source_system_call_errors_total{source="web",kind="process"}': 3,
      'ethogram_source_disk_read_bytes_total{source="web",kind="process"}': 0,
      'ethogram_host_cpu_utilisation_ratio{source="web-1",kind="host"}': 0.5,
    });
    const model = [...found.keys()].find((key) => key.startsWith('ethogram_model_info'));
    expect(model).toMatch(/name="example",version="7",id="[0-9a-f]{16}",regime="provisional"/);
    expect(found.get('ethogram_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(found.get('ethogram_cpu_seconds_total')).toBeGreaterThan(0);
  });

  test('shows no score before there is one, and none of a model that was replaced', async () => {
    const { state, registry } = service();
    state.took(tick(1, ['web']));
    expect(await registry.metrics()).not.toMatch(/^ethogram_(source|host)_score[{ ]/m);
    const sources = [{ source: 'process:web', score: 4.5, p: null, anomalous: true }];
    state.scored(scored({ sources }), 1);
    expect(await registry.metrics()).toMatch(/^ethogram_source_score\{.* 4\.5$/m);
    state.uses(2, exampleModel());
    expect(await registry.metrics()).not.toMatch(/^ethogram_(source|host)_score[{ ]/m);
  });

  test('shows no score of a source that is scored no longer', async () => {
    const { state, registry } = service();
    state.took(tick(1, ['web', 'gone']));
    const score = (name: string) => ({
      ...{ source: `process:${name}`, score: 4.5, p: null, anomalous: true },
    });
    state.scored(scored({ sources: [score('web'), score('gone')] }), 1);
    state.scored(scored({ sources: [score('web')] }), 1);
    const text = await registry.metrics();
    expect(text.match(/^ethogram_source_(score|anomalous)\{source="web"/gm)).toHaveLength(2);
    expect(text).not.toMatch(/^ethogram_source_(score|anomalous)\{source="gone"/m);
  });

  test('passes the linter of Prometheus, with a hostile name in it', async ({ skip }) => {
    const { state, registry } = service();
    state.took(tick(1, [HOSTILE, 'web'], { lost: { 'ring full': 1 } }));
    state.appended({ stored: 1, repeated: 0 });
    state.uses(1, exampleModel());
    const source = { source: `process:${HOSTILE}`, score: 1, p: 0.1, anomalous: false };
    state.scored(scored({ sources: [source] }), 0);
    const text = await registry.metrics();
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
    const lint = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    if (lint.error) skip(`needs promtool (Debian package prometheus): ${lint.error.message}`);
    expect([lint.status, lint.stdout, lint.stderr]).toEqual([0, '', '']);
  });

  test('has no more sources than its bound, and forgets those that have gone', async () => {
    const { state, registry } = service(3);
    state.took(tick(1, ['a', 'b', 'c', 'd']));
    const rss = /^ethogram_source_resident_memory_bytes\{/gm;
    const text = await registry.metrics();
    expect(text.match(rss)).toHaveLength(2);
    expect(text).toMatch(/^ethogram_sources_unlisted 2$/m);
    expect(text).toMatch(/^ethogram_host_cpu_utilisation_ratio\{/m);
    state.took(tick(1_000, ['e']));
    const later = await registry.metrics();
    expect(later.match(rss)).toHaveLength(1);
    expect(later).toContain('source="e"');
  });

  test('has no label but source, kind and those of a fixed set', async () => {
    const { state, registry } = service();
    state.took(tick(1, ['web'], { lost: { x: 1 } }));
    state.uses(1, exampleModel());
    const labels = new Set(
      [...(await registry.metrics()).matchAll(/[{,](\w+)="/g)].map((m) => m[1]),
    );
    expect([...labels].sort()).toEqual(
      [
        'cause',
        'id',
        'kind',
        'name',
        'outcome',
        'regime',
        'severity',
        'source',
        'target',
        'version',
      ].sort(),
    );
    for (let i = 0; i < 100; i++) state.took(tick(i + 2, [], { lost: { [`cause ${i}`]: 1 } }));
    expect((await registry.metrics()).match(/^ethogram_lost_total\{/gm)).toHaveLength(33);
  });
});

describe('the health of the service', () => {
  test('is live from the start, ready once a tick is stored, and neither when ticks stop', () => {
    const { clock, state } = service();
    expect(state.health()).toMatchObject({ isLive: true, isReady: false, reason: 'no tick yet' });
    state.took(tick(1, ['web']));
    expect(state.health()).toMatchObject({ isReady: false });
    state.appended({ stored: 1, repeated: 0 });
    expect(state.health()).toMatchObject({ isReady: true, isScoring: false });
    state.uses(1, exampleModel());
    expect(state.health()).toMatchObject({ isReady: true, isScoring: true });
    state.appended({ stored: 0, repeated: 0, buffered: 4 });
    expect(state.health()).toMatchObject({ isLive: true, isReady: false });
    state.appended({ stored: 4, repeated: 0 });
    clock.advance(61_000);
    expect(state.health()).toMatchObject({ isLive: false, isReady: false });
  });

  test('says that it does not score where ticks are too coarse for the model, and shows no score of before', async () => {
    const { state, registry } = service();
    const scoring = async () => series(await registry.metrics()).get('ethogram_scoring');
    state.took(tick(1, ['web']));
    state.appended({ stored: 1, repeated: 0 });
    expect(await scoring()).toBe(0);
    state.uses(1, exampleModel());
    const sources = [{ source: 'process:web', score: 4.5, p: null, anomalous: true }];
    state.scored(scored({ sources }), 1);
    expect(await scoring()).toBe(1);
    state.paused('ticks: expected about 1000 ms, found 4000 ms');
    expect(state.health()).toEqual({
      isLive: true,
      isReady: true,
      isScoring: false,
      reason: 'recording, not scoring: ticks: expected about 1000 ms, found 4000 ms',
    });
    expect(await scoring()).toBe(0);
    expect(await registry.metrics()).not.toMatch(/^ethogram_(source|host)_score[{ ]/m);
    state.paused(null);
    expect(await scoring()).toBe(1);
    expect(state.health()).toMatchObject({ isScoring: true, reason: 'recording and scoring' });
  });

  test('allows for the interval between ticks', () => {
    const { clock, state } = service();
    state.took(tick(1, ['web'], { intervalNs: 60e9 }));
    state.appended({ stored: 1, repeated: 0 });
    clock.advance(590_000);
    expect(state.health().isLive).toBe(true);
    clock.advance(20_000);
    expect(state.health().isLive).toBe(false);
  });
});

describe('the server', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  async function serve(): Promise<MonitoringServer & { state: ServiceState }> {
    const { state, registry } = service();
    const server = await openMonitoringServer(
      { host: '127.0.0.1', port: 0 },
      {
        health: () => state.health(),
        metrics: () => registry.metrics(),
        contentType: registry.contentType,
      },
    );
    open.push(server);
    return { ...server, state };
  }

  const at = ({ address }: MonitoringServer, path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${address.port}${path}`, init);

  test('answers /livez, /readyz and /metrics, and nothing else', async () => {
    const server = await serve();
    expect((await at(server, '/livez')).status).toBe(200);
    expect((await at(server, '/readyz')).status).toBe(503);
    server.state.took(tick(1, ['web']));
    server.state.appended({ stored: 1, repeated: 0 });
    const ready = await at(server, '/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ok', scoring: false, reason: 'recording, no model yet' },
    ]);
    const metrics = await at(server, '/metrics?x=1');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await metrics.text()).toContain('ethogram_ticks_total 1\n');
    expect((await at(server, '/')).status).toBe(404);
    expect((await at(server, '/metrics', { method: 'POST' })).status).toBe(405);
    expect(await (await at(server, '/metrics', { method: 'HEAD' })).text()).toBe('');
  });

  test('refuses a request that reached it under a foreign name', async () => {
    const { address } = await serve();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: 'evil.example' };
      get({ host: '127.0.0.1', port: address.port, path: '/metrics', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(403);
  });

  test('that cannot listen is a coded error where an address was asked for', async () => {
    const { address } = await serve();
    const notes: string[] = [];
    const notices = { note: (t: string) => notes.push(t), warn: (t: string) => notes.push(t) };
    const context = { clock: manualClock(T0), config: undefined, notices: notices as never };
    const options = { metricsRemote: false, interval: 1000, maxSources: 9 };
    await expect(openOutlets(context, { ...options, metricsListen: address })).rejects.toThrow(
      expect.objectContaining({ code: 'CLI-1013' }),
    );
    const remote = { host: '0.0.0.0', port: 0 };
    await expect(openOutlets(context, { ...options, metricsListen: remote })).rejects.toThrow(
      /--metrics-remote/,
    );
    const outlets = await openOutlets(context, {
      ...options,
      metricsListen: { host: '127.0.0.1', port: 0 },
    });
    open.push(outlets);
    expect(notes.join()).toMatch(/metrics at http:\/\/127\.0\.0\.1:\d+\/metrics/);
    open.push(await openOutlets(context, { ...options, metricsListen: 'off' }));
    expect(notes).toHaveLength(1);
  });
});

describe('--metrics-listen', () => {
  test.each([
    ['127.0.0.1:7374', { host: '127.0.0.1', port: 7374 }],
    ['localhost:1', { host: '127.0.0.1', port: 1 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['off', 'off'],
  ])('%s is understood', (text, expected) => {
    expect(listenAddress.schema.parse(text)).toEqual(expected);
  });

  test.each([['7374'], ['example.org:80'], ['127.0.0.1:65536'], ['127.0.0.1'], [':7374']])(
    '%s is refused',
    (text) => {
      expect(listenAddress.schema.safeParse(text).success).toBe(false);
    },
  );
});
