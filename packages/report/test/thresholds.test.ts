import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metricInfo } from '@ethogram/core';
import type { Model, SourceModel } from '@ethogram/model';
import { afterAll, describe, expect, test } from 'vitest';
import { exampleModel } from '../../model/test/example-model.js';
import { EXPORTED_METRICS, prometheusRules, thresholdsRecord } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-thresholds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOSTILE = 'evil.service/e"}\\\n{{ $value }}\u001b';
const feature = (
  metric: string,
  min: number,
  max: number,
  type: 'counter' | 'gauge' = 'gauge',
) => ({
  ...{ metric, type, min, max, mean: (min + max) / 2, sd: 1, season: null },
});

function source(name: string, more: Partial<SourceModel> = {}): SourceModel {
  const [first] = exampleModel().sources;
  if (!first) throw new Error('the example has a source');
  return {
    ...first,
    name,
    ticks: 900,
    features: [
      feature('cpu.ns', 0, 250_000_000, 'counter'),
      feature('memory.rss', 1000, 123_456_789),
    ],
    dropped: [{ metric: 'process.instances', reason: 'constant', detail: 4 }],
    ...more,
  };
}

function model(sources: readonly SourceModel[], more: Partial<Model> = {}): Model {
  return { ...exampleModel(), sources: [...sources], ...more };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Record<string, string>;
  readonly falseAlarms: string;
  readonly falseAlarmsPerDayAtMost: number | null;
}

function rulesOf(given: Model, group: string): readonly Rule[] {
  const record = thresholdsRecord(given) as { groups: { name: string; rules: Rule[] }[] };
  return record.groups.find(({ name }) => name === group)?.rules ?? [];
}

function promtool(skip: (note: string) => void, ...args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (error) skip(`needs promtool (Debian package prometheus): ${error.message}`);
  expect(status, stdout + stderr).toBe(0);
  expect(stdout + stderr).not.toMatch(/duplicate|FAILED/i);
  return stdout;
}

describe('learned limits', () => {
  test('are the ends of learned ranges, in base units, on our metrics', () => {
    const rules = rulesOf(model([source('web.service/web')]), 'ethogram-limits');
    const labels = '{source="web.service/web",kind="process"}';
    expect(rules.map(({ expr }) => expr)).toEqual([
      `sum by (instance) (rate(ethogram_source_cpu_seconds_total${labels}[1m])) > 0.25`,
      `avg_over_time(ethogram_source_resident_memory_bytes${labels}[1m]) > 123457000`,
      `avg_over_time(ethogram_source_processes${labels}[1m]) > 4`,
      `avg_over_time(ethogram_source_processes${labels}[1m]) < 4`,
    ]);
  });

  test('never lie within what was seen', () => {
    for (const max of [1, 999_999.5, 1_234_567.8, 0.000_123_456_78, 5e14 + 1, 0]) {
      const given = source('a', { features: [feature('memory.rss', 0, max)], dropped: [] });
      const [rule] = rulesOf(model([given]), 'ethogram-limits');
      const limit = Number(rule?.expr.split('> ')[1]);
      expect(limit).toBeGreaterThanOrEqual(max);
      expect(limit).toBeLessThanOrEqual(max * 1.00001);
    }
  });

  test('say how often they are crossed by chance: once in rows + 1, fewer for a longer training', () => {
    const perDay = (ticks: number) =>
      rulesOf(model([source('a', { ticks })]), 'ethogram-limits')[0]?.falseAlarmsPerDayAtMost;
    expect(perDay(899)).toBeCloseTo(86_400 / 900, 9);
    expect(perDay(86_399)).toBeCloseTo(1, 9);
    const [rule] = rulesOf(model([source('a')]), 'ethogram-limits');
    expect(rule?.falseAlarms).toMatch(/once in 901 rows .* at most 95\.9 a day/);
    const tens = { ...exampleModel().timing, rowTicks: 10 };
    const slow = rulesOf(
      model([source('a', { ticks: 9_000 })], { timing: tens }),
      'ethogram-limits',
    );
    expect(slow[0]?.falseAlarmsPerDayAtMost).toBeCloseTo(8_640 / 901, 9);
  });

  test('that may be crossed too often are left out where one says so', () => {
    const given = model([source('a', { ticks: 900 }), source('b', { ticks: 864_000 })]);
    const record = thresholdsRecord(given, { mostPerDay: 0.2 }) as { groups: { rules: Rule[] }[] };
    const sources = record.groups.flatMap(({ rules }) =>
      rules.map(({ labels }) => labels['source']),
    );
    expect(new Set(sources)).toEqual(new Set([undefined, 'b']));
  });

  test('that must hold for a minute cannot fire more often than that', () => {
    const fast = { ...exampleModel().timing, intervalMs: 10 };
    const [rule] = rulesOf(model([source('a')], { timing: fast }), 'ethogram-limits');
    expect(rule?.falseAlarmsPerDayAtMost).toBe(1_440);
  });

  test('are not given for our own processes, nor from too few rows', () => {
    const given = model([source('us', { self: true }), source('rare', { ticks: 29 })]);
    expect(rulesOf(given, 'ethogram-limits')).toEqual([]);
    expect(rulesOf(given, 'process-exporter-limits')).toEqual([]);
  });

  test('are given for process-exporter where its group is one of our sources', () => {
    const given = model([
      source('web.service/web'),
      source('a.service/python3'),
      source('b.service/python3'),
      source('disk', { kind: 'device' }),
    ]);
    const rules = rulesOf(given, 'process-exporter-limits');
    expect(rules.map(({ expr }) => expr)).toEqual([
      'sum by (instance) (rate(namedprocess_namegroup_cpu_seconds_total{groupname="web"}[1m])) > 0.25',
      'avg_over_time(namedprocess_namegroup_memory_bytes{groupname="web",memtype="resident"}[1m]) > 123457000',
      'avg_over_time(namedprocess_namegroup_num_procs{groupname="web"}[1m]) > 4',
      'avg_over_time(namedprocess_namegroup_num_procs{groupname="web"}[1m]) < 4',
    ]);
  });
});

describe('alarms', () => {
  const heldOut = { incidents: 1, hours: 12, upperPerDay: 11.14 };

  test('carry the rate that held-out time showed, and say so where there was none', () => {
    const thresholds = { ...exampleModel().thresholds, heldOut };
    const [shown] = rulesOf(model([], { thresholds, regime: 'full' }), 'ethogram-alarms');
    expect(shown).toMatchObject({
      expr: 'ethogram_open_incidents > 0',
      falseAlarmsPerDayAtMost: 11.14,
    });
    expect(shown?.falseAlarms).toMatch(/1 incident in 12 h .* at most 11\.1 a day/);
    const [hidden] = rulesOf(model([]), 'ethogram-alarms');
    expect(hidden).toMatchObject({ falseAlarmsPerDayAtMost: null });
    expect(hidden?.falseAlarms).toMatch(/^not shown/);
  });

  test('on the score exist only where it is calibrated', () => {
    const alerts = (regime: Model['regime']) =>
      rulesOf(model([], { regime }), 'ethogram-alarms').map(({ alert }) => alert);
    expect(alerts('provisional')).toEqual(['EthogramIncident']);
    expect(alerts('short')).toEqual([
      'EthogramIncident',
      'EthogramScoreWarning',
      'EthogramScoreCritical',
    ]);
  });
});

describe('a rule file of Prometheus', () => {
  const given = model(
    [source('web.service/web'), source(HOSTILE), source('sda', { kind: 'device' })],
    {
      regime: 'full',
      host: 'evil\n- host',
      name: 'a\nb',
    },
  );

  test('is valid for promtool, hostile names included', ({ skip }) => {
    const file = join(folder, 'all.rules.yml');
    writeFileSync(file, prometheusRules(given));
    expect(promtool(skip, 'check', 'rules', file)).toMatch(/SUCCESS: 19 rules found/);
  });

  test('states the false alarms of each rule and of each group', () => {
    const text = prometheusRules(given);
    expect(text.match(/^ {6}- alert: /gm)).toHaveLength(19);
    expect(text.match(/^ {10}false_alarms: "/gm)).toHaveLength(19);
    expect(text.match(/^ {2}# False alarms of all together: /gm)).toHaveLength(3);
    expect(text).toBe(prometheusRules(given));
  });

  test('fires for the very source that goes beyond its range, and for no other', ({ skip }) => {
    const rules = join(folder, 'one.rules.yml');
    writeFileSync(rules, prometheusRules(given));
    const label = JSON.stringify('evil.service/e"}\\\\n{{ $value }}\\x1b');
    const series = (name: string) =>
      `ethogram_source_resident_memory_bytes{source=${name},kind="process"}`;
    const tests = {
      rule_files: [rules],
      evaluation_interval: '15s',
      tests: [
        {
          interval: '15s',
          input_series: [
            { series: series(label), values: '123458000x20' },
            { series: series('"web.service/web"'), values: '123456789x20' },
          ],
          promql_expr_test: [
            {
              expr: 'count(ALERTS{alertname="EthogramBeyondLearned",alertstate="firing"})',
              eval_time: '4m',
              exp_samples: [{ labels: '{}', value: 1 }],
            },
            {
              expr: 'count(ALERTS{alertname="EthogramBeyondLearned",source=~"evil.*",alertstate="firing"})',
              eval_time: '4m',
              exp_samples: [{ labels: '{}', value: 1 }],
            },
          ],
        },
      ],
    };
    const file = join(folder, 'test.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(tests));
    expect(promtool(skip, 'test', 'rules', file)).toMatch(/SUCCESS/);
  });

  test('holds the limit against each host, and with a selector against one alone', ({ skip }) => {
    const one = model([source('web.service/web')], { regime: 'full' });
    const ofOne = join(folder, 'web-1.rules.yml');
    writeFileSync(ofOne, prometheusRules(one, { selector: 'instance="web-1"' }));
    const ofAll = join(folder, 'all-hosts.rules.yml');
    writeFileSync(ofAll, prometheusRules(one));
    const cpu = (instance: string) =>
      `ethogram_source_cpu_seconds_total{source="web.service/web",kind="process",instance="${instance}"}`;
    const firing = (where: string, value: number) => ({
      expr: `count(ALERTS{${where},alertstate="firing"}) or vector(0)`,
      eval_time: '4m',
      exp_samples: [{ labels: '{}', value }],
    });
    // The limit is 0.25 a second; 2.4 in 15 s are 0.16, 6 are 0.4.
    const within = [cpu('web-1'), cpu('web-2')].map((series) => ({ series, values: '0+2.4x20' }));
    const beyond = [
      { series: cpu('web-1'), values: '0+2.4x20' },
      { series: cpu('web-2'), values: '0+6x20' },
      { series: 'ethogram_open_incidents{instance="web-2"}', values: '1x20' },
      { series: 'ethogram_source_score{instance="web-2",source="web"}', values: '99x20' },
    ];
    const limits = 'alertname="EthogramBeyondLearned"';
    const check = (rules: string, input: typeof beyond, found: ReturnType<typeof firing>[]) => {
      const file = join(folder, 'hosts.yml');
      const cases = [{ interval: '15s', input_series: input, promql_expr_test: found }];
      const tests = { rule_files: [rules], evaluation_interval: '15s', tests: cases };
      writeFileSync(file, JSON.stringify(tests));
      expect(promtool(skip, 'test', 'rules', file)).toMatch(/SUCCESS/);
    };
    check(ofAll, within, [firing(limits, 0)]);
    check(ofAll, beyond, [firing(limits, 1), firing(`${limits},instance="web-2"`, 1)]);
    check(ofOne, beyond, [firing('alertname=~".+"', 0)]);
  });
});

describe('what is exported', () => {
  test('is known to the registry, has a name of its own, and a suffix that fits its type', () => {
    for (const { metric, kind, type, name, factor } of EXPORTED_METRICS) {
      expect(metricInfo(metric), metric).toMatchObject({ kind, type });
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      const unit = metricInfo(metric)?.unit;
      expect(factor, metric).toBe(unit === 'ns' ? 1e-9 : unit === 'ppm' ? 1e-6 : 1);
    }
    const names = EXPORTED_METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
