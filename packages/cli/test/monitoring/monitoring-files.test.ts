import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manualClock } from '@ethogram/core';
import { EXPORTED_METRICS } from '@ethogram/report';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metricsRegistry } from '../../src/monitoring/metrics-registry.js';
import { ServiceState } from '../../src/monitoring/service-state.js';

const folder = new URL('../../../../docs/monitoring/', import.meta.url);
const scratch = mkdtempSync(join(tmpdir(), 'ethogram-monitoring-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** Names of metrics in an expression, without those of labels and functions. */
const namesIn = (text: string): readonly string[] => text.match(/\bethogram_\w+/g) ?? [];

let exported: ReadonlySet<string>;
beforeAll(async () => {
  const state = new ServiceState({ clock: manualClock(0), intervalMs: 1000, maxSources: 9 });
  const page = await metricsRegistry(state, '1.2.3', () => []).metrics();
  exported = new Set(namesIn([...page.matchAll(/^# TYPE (\S+)/gm)].map((m) => m[1]).join(' ')));
  expect(exported.size).toBeGreaterThan(EXPORTED_METRICS.length);
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
}

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: unknown }[];
  };
}

describe('the Grafana dashboard', () => {
  const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;

  test('queries nothing but metrics that the service exports', () => {
    const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(20);
    const variables = dashboard.templating.list.map(({ query }) => JSON.stringify(query));
    for (const text of [...queries, ...variables]) {
      for (const name of namesIn(text)) expect(exported, text).toContain(name);
    }
  });

  test('shows everything that the service says of itself but what never changes', () => {
    const text = JSON.stringify(dashboard);
    const ofSources = new Set(EXPORTED_METRICS.map(({ name }) => name));
    const untold = [...exported].filter((name) => !ofSources.has(name) && !text.includes(name));
    expect(untold.sort()).toEqual([
      'ethogram_config_good',
      'ethogram_last_tick_timestamp_seconds',
      'ethogram_scoring',
      'ethogram_store_appends_total',
      'ethogram_tick_interval_seconds',
    ]);
  });

  test('can be imported: one id a panel, no two on one place, no data source of ours', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    const used = new Set(
      [...JSON.stringify(dashboard).matchAll(/"uid":"([^"]+)"/g)].map((match) => match[1]),
    );
    expect([...used].sort()).toEqual([`$\{datasource}`, 'ethogram']);
  });

  test('has queries that Prometheus can read', ({ skip }) => {
    const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const rules = {
      groups: [
        {
          name: 'queries',
          rules: queries.map((expr, i) => ({
            record: `query:${i}`,
            expr: expr.replaceAll('$__rate_interval', '5m'),
          })),
        },
      ],
    };
    const file = join(scratch, 'queries.json');
    writeFileSync(file, JSON.stringify(rules));
    checkRules(skip, file);
  });
});

describe('the rules for the service', () => {
  test('name nothing but metrics that the service exports', () => {
    const names = namesIn(read('ethogram.rules.yml'));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(exported).toContain(name);
  });

  test('are rules of Prometheus', ({ skip }) => {
    checkRules(skip, fileURLToPath(new URL('ethogram.rules.yml', folder)));
  });
});

function checkRules(skip: (reason: string) => void, file: string): void {
  const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], {
    encoding: 'utf8',
  });
  if (error) skip(`needs promtool (Debian package prometheus): ${error.message}`);
  expect(status, stdout + stderr).toBe(0);
}
