import { EXPORTED_METRICS, printable } from '@ethogram/report';
import { Counter, Gauge, Registry } from 'prom-client';
import type { DeliveryCounts } from '../alerts/delivery.js';
import { processCost } from '../collect/own-cost.js';
import type { ServiceState } from './service-state.js';
import type { SourceRow } from './source-series.js';

type Labels = Readonly<Record<string, string>>;
/** One value of a metric. */
type Point = readonly [value: number | undefined, labels?: Labels];

/**
 * What `/metrics` shows, read from the state when it is asked for. The only labels whose values
 * come from the host are `source` and `kind`, at most `--max-sources` of them; never a PID.
 * @param deliveries how each alert target stands.
 */
export function metricsRegistry(
  state: ServiceState,
  version: string,
  deliveries: () => readonly DeliveryCounts[],
): Registry {
  const registry = new Registry();
  const add = (type: 'counter' | 'gauge', name: string, help: string, read: () => Point[]) =>
    define(registry, type, name, help, read);

  add('gauge', 'ethogram_build_info', 'The program, by version.', () => [[1, { version }]]);
  add('gauge', 'ethogram_resident_memory_bytes', 'Resident memory of the service.', () => [
    [process.memoryUsage.rss()],
  ]);
  add('counter', 'ethogram_cpu_seconds_total', 'CPU time of the service, user and system.', () => [
    [processCost().cpuMs / 1_000],
  ]);

  add('counter', 'ethogram_ticks_total', 'Ticks taken.', () => [[state.ticks]]);
  add('gauge', 'ethogram_tick_interval_seconds', 'Measured length of the last tick.', () => [
    [state.intervalMs / 1_000],
  ]);
  add('gauge', 'ethogram_last_tick_timestamp_seconds', 'When the last tick ended.', () => [
    [state.lastTickMs === undefined ? undefined : state.lastTickMs / 1_000],
  ]);
  add('counter', 'ethogram_lost_total', 'What was lost while measuring, by cause.', () =>
    [...state.lost].map(([cause, count]) => [count, { cause: printable(cause) }]),
  );
  add('gauge', 'ethogram_sources', 'Sources in the last tick, by kind.', () =>
    [...state.sourcesByKind].map(([kind, count]) => [count, { kind }]),
  );
  add('gauge', 'ethogram_sources_unlisted', 'Sources beyond the bound of this page.', () => [
    [state.sources.unlisted],
  ]);

  add('counter', 'ethogram_store_appends_total', 'Ticks stored.', () => [[state.stored]]);
  add('gauge', 'ethogram_store_buffered_ticks', 'Ticks that wait for the store.', () => [
    [state.buffered],
  ]);
  add('counter', 'ethogram_store_drops_total', 'Ticks lost because the store was away.', () => [
    [state.dropped],
  ]);

  add(
    'counter',
    'ethogram_event_drops_total',
    'Ticks whose anomalies and incidents were lost because the store was away.',
    () => [[state.eventsDropped]],
  );
  add('counter', 'ethogram_trainings_total', 'Trainings, by what became of the model.', () =>
    [...state.trainings].map(([outcome, count]) => [count, { outcome }]),
  );
  add('gauge', 'ethogram_last_training_timestamp_seconds', 'When the last training ended.', () => [
    [state.lastTrainingMs === undefined ? undefined : state.lastTrainingMs / 1_000],
  ]);
  add('gauge', 'ethogram_config_good', 'Whether the config file was taken over: 1 or 0.', () => [
    [Number(state.isConfigGood)],
  ]);

  add('gauge', 'ethogram_scoring', 'Whether ticks are scored: 1 or 0.', () => [
    [Number(state.isScoring)],
  ]);
  add('gauge', 'ethogram_model_info', 'The model that scores.', () => modelInfo(state));
  add('gauge', 'ethogram_model_warn_score', 'Score from which a source is off.', () => [
    [state.model?.warn],
  ]);
  add('gauge', 'ethogram_model_critical_score', 'Score from which it is critical.', () => [
    [state.model?.critical],
  ]);
  add('gauge', 'ethogram_host_score', 'Score of the host as a whole: -log10 of p.', () => [
    [state.hostScore],
  ]);
  add('gauge', 'ethogram_source_score', 'Score of a source: -log10 of p.', () =>
    ofSources(state, ({ score }) => score),
  );
  add('gauge', 'ethogram_source_anomalous', 'Whether a source is anomalous: 1 or 0.', () =>
    ofSources(state, (row) => (row.score === undefined ? undefined : Number(row.isAnomalous))),
  );
  add('counter', 'ethogram_anomalies_total', 'Anomalies that began or worsened.', () =>
    [...state.anomalies].map(([severity, count]) => [count, { severity }]),
  );
  add('gauge', 'ethogram_open_incidents', 'Incidents that are open.', () => [
    [state.openIncidents],
  ]);

  const ofTargets = (read: (counts: DeliveryCounts) => number) => () =>
    deliveries().map((counts): Point => [read(counts), { target: counts.target }]);
  add(
    'counter',
    'ethogram_alerts_sent_total',
    'Alerts that a target took.',
    ofTargets(({ sent }) => sent),
  );
  add(
    'counter',
    'ethogram_alerts_dropped_total',
    'Alerts that a target never got: the queue was full, it refused them, or we stopped.',
    ofTargets(({ dropped }) => dropped),
  );
  add(
    'counter',
    'ethogram_alert_retries_total',
    'Attempts after the first.',
    ofTargets(({ retries }) => retries),
  );
  add(
    'gauge',
    'ethogram_alert_queue_length',
    'Alerts that wait for a target.',
    ofTargets(({ waiting }) => waiting),
  );

  for (const { metric, kind, name, help, type, factor } of EXPORTED_METRICS) {
    add(type, name, `${help}.`, () =>
      ofSources(state, (row) => {
        const value = row.kind === kind ? row.values.get(metric) : undefined;
        return value === undefined ? undefined : value * factor;
      }),
    );
  }
  return registry;
}

function modelInfo({ model }: ServiceState): Point[] {
  if (!model) return [];
  const { name, version, id, regime } = model;
  return [[1, { name: printable(name), version: String(version), id: printable(id), regime }]];
}

function ofSources(state: ServiceState, read: (row: SourceRow) => number | undefined): Point[] {
  return Array.from(state.sources.rows(), (row) => [
    read(row),
    { source: printable(row.name), kind: row.kind },
  ]);
}

/** Defines a metric whose values are read anew at each scrape; absent values are not shown. */
function define(
  registry: Registry,
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  read: () => Point[],
): void {
  // With label names a metric begins empty, not with a 0 that was never measured.
  const settings = { name, help, registers: [registry], labelNames: LABELS };
  const refill = (metric: Counter | Gauge) => {
    metric.reset();
    for (const [value, labels = {}] of read()) {
      if (value !== undefined && Number.isFinite(value)) metric.inc(labels, value);
    }
  };
  if (type === 'counter') new Counter({ ...settings, collect: refillThis });
  else new Gauge({ ...settings, collect: refillThis });

  function refillThis(this: Counter | Gauge): void {
    refill(this);
  }
}

const LABELS = [
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
] as const;
