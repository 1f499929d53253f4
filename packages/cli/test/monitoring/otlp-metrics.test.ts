import { manualClock } from '@ethogram/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { metricsRegistry } from '../../src/monitoring/metrics-registry.js';
import { OtlpMetrics } from '../../src/monitoring/otlp-metrics.js';
import { ServiceState } from '../../src/monitoring/service-state.js';
import { startServer } from '../alerts/test-server.js';

const START = Date.parse('2026-05-01T10:00:00.000Z');
const soon = (): AbortSignal => AbortSignal.timeout(5_000);

let clock: ReturnType<typeof manualClock>;
let status: number;
let server: Awaited<ReturnType<typeof startServer>>;
let said: string[];

beforeEach(async () => {
  clock = manualClock(START);
  status = 200;
  said = [];
  server = await startServer((response) => {
    response.writeHead(status);
    response.end();
  });
});
afterEach(() => server.close());

function sender(): OtlpMetrics {
  const state = new ServiceState({ clock, intervalMs: 1000, maxSources: 9 });
  state.took({
    host: 'h',
    boot: 'b',
    seq: 1,
    ts: START,
    intervalNs: 1e9,
    backend: 'ebpf',
    blind: [],
    samples: [{ kind: 'process', name: 'web\u001b', values: new Map([['cpu.ns', 2e9]]) }],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
  });
  const registry = metricsRegistry(state, '1.2.3', () => []);
  return new OtlpMetrics({
    url: `${server.url}/`,
    headers: { authorization: 'Bearer 1' },
    host: 'web-1',
    version: '1.2.3',
    clock,
    read: () => registry.getMetricsAsJSON(),
    onTrouble: (text) => said.push(text),
  });
}

interface Sent {
  readonly resourceMetrics: readonly {
    readonly resource: object;
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}

describe('metrics for a receiver of OpenTelemetry', () => {
  test('are what /metrics shows: sums since the start, gauges as they are, names escaped', async () => {
    clock.advance(60_000);
    await sender().close(soon());
    const [request] = server.received;
    expect(request).toMatchObject({
      url: '/v1/metrics',
      headers: { authorization: 'Bearer 1', 'content-type': 'application/json' },
    });
    const [sent] = (JSON.parse(request?.body ?? '') as Sent).resourceMetrics;
    expect(sent?.resource).toEqual({
      attributes: [
        { key: 'service.name', value: { stringValue: 'ethogram' } },
        { key: 'service.version', value: { stringValue: '1.2.3' } },
        { key: 'host.name', value: { stringValue: 'web-1' } },
      ],
    });
    const metrics = sent?.scopeMetrics[0]?.metrics ?? [];
    const named = (name: string) => metrics.find((metric) => metric.name === name);
    expect(named('ethogram_source_cpu_seconds_total')).toMatchObject({
      unit: 's',
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [
          {
            startTimeUnixNano: '1777629660000000000',
            timeUnixNano: '1777629660000000000',
            asDouble: 2,
            attributes: [
              { key: 'source', value: { stringValue: 'web\\x1b' } },
              { key: 'kind', value: { stringValue: 'process' } },
            ],
          },
        ],
      },
    });
    expect(named('ethogram_resident_memory_bytes')).toMatchObject({
      unit: 'By',
      gauge: { dataPoints: [{ asDouble: expect.any(Number) }] },
    });
    // Nothing has a value here that was never measured.
    expect(named('ethogram_host_score')).toBeUndefined();
  });

  test('begin with the service, and are sent one at a time', async () => {
    const one = sender();
    clock.advance(60_000);
    one.push();
    one.push();
    await one.close(soon());
    expect(server.received).toHaveLength(2);
    expect(server.received[0]?.body).toContain('"startTimeUnixNano":"1777629600000000000"');
    expect(one.sent).toBe(2);
  });

  test('that are refused are said once, and so is that they are taken again', async () => {
    const one = sender();
    status = 503;
    for (let i = 0; i < 3; i++) {
      one.push();
      await expect.poll(() => one.failed).toBe(i + 1);
    }
    status = 200;
    await one.close(soon());
    expect(said).toEqual([
      'metrics: the receiver of OpenTelemetry fails: HTTP 503',
      'metrics: the receiver takes metrics again',
    ]);
  });
});
