import type { Clock } from '@ethogram/core';
import type { AnomalyRecord, TickScore } from '@ethogram/score';
import type { Alert } from './alert.js';
import { AlertBook } from './alert-book.js';
import type { AlertValues } from './alert-config.js';
import {
  type AlertTarget,
  Delivery,
  type DeliveryCounts,
  type DeliverySettings,
} from './delivery.js';
import { alertmanagerTarget } from './targets/alertmanager.js';
import { jsonlFileTarget } from './targets/jsonl-file.js';
import { otlpTarget } from './targets/otlp.js';
import { syslogTarget } from './targets/syslog.js';
import { webhookTarget } from './targets/webhook.js';

/** Tells every target what fires and what is over. */
export class Alerts {
  readonly #book = new AlertBook();
  readonly #settings: DeliverySettings;
  readonly #clock: Clock;
  #deliveries: readonly Delivery[];
  #repeatedNs: Map<Delivery, bigint>;
  #criticalOnly: boolean;
  #closed: Promise<void> | undefined;

  constructor(
    targets: readonly AlertTarget[],
    settings: DeliverySettings & { readonly minSeverity?: 'warning' | 'critical' },
  ) {
    this.#settings = settings;
    this.#deliveries = targets.map((target) => new Delivery(target, settings));
    this.#clock = settings.clock;
    this.#criticalOnly = settings.minSeverity === 'critical';
    const now = this.#clock.monotonicNs();
    this.#repeatedNs = new Map(this.#deliveries.map((delivery) => [delivery, now]));
  }

  /** How each target stands. */
  get counts(): readonly DeliveryCounts[] {
    return this.#deliveries.map(({ counts }) => counts);
  }

  /** Takes what a tick meant; returns at once. */
  take(tick: Pick<TickScore, 'anomalies' | 'incidents'>): void {
    this.#tell(this.#book.take(tick));
  }

  /** Another scorer goes on from now on: what it took over fires still, all else is over. */
  takeOver(anomalies: readonly AnomalyRecord[], nowMs: number): void {
    this.#tell(this.#book.takeOver(anomalies, new Date(nowMs).toISOString()));
  }

  /** Says again what still fires to targets that want it; to be called every few seconds. */
  repeat(): void {
    const now = this.#clock.monotonicNs();
    for (const delivery of this.#deliveries) {
      const { repeatMs } = delivery;
      const before = this.#repeatedNs.get(delivery) ?? now;
      if (repeatMs === undefined || Number(now - before) / 1e6 < repeatMs) continue;
      this.#repeatedNs.set(delivery, now);
      // What a target has not yet taken need not be said twice.
      if (delivery.counts.waiting > 0) continue;
      for (const alert of this.#worthTelling(this.#book.firing)) delivery.push(alert);
    }
  }

  /**
   * Tells other targets from now on. What waits for one goes to that of the same name, which counts
   * on; what waits for one that is no more is dropped and counted no longer.
   */
  replace(targets: readonly AlertTarget[], minSeverity: 'warning' | 'critical'): void {
    const before = new Map(this.#deliveries.map((d) => [d.counts.target, d]));
    this.#criticalOnly = minSeverity === 'critical';
    this.#deliveries = targets.map((target) => {
      const former = before.get(target.name);
      before.delete(target.name);
      return new Delivery(target, this.#settings, former?.handOver());
    });
    for (const gone of before.values()) gone.handOver();
    const now = this.#clock.monotonicNs();
    this.#repeatedNs = new Map(this.#deliveries.map((delivery) => [delivery, now]));
  }

  /** Delivers what waits, within a time; what is left is dropped and counted. Callable again. */
  close(patienceMs: number): Promise<void> {
    this.#closed ??= (async () => {
      const patience = AbortSignal.timeout(patienceMs);
      await Promise.all(this.#deliveries.map((delivery) => delivery.close(patience)));
    })();
    return this.#closed;
  }

  #tell(alerts: readonly Alert[]): void {
    for (const alert of this.#worthTelling(alerts)) {
      for (const delivery of this.#deliveries) delivery.push(alert);
    }
  }

  #worthTelling(alerts: readonly Alert[]): readonly Alert[] {
    return this.#criticalOnly ? alerts.filter(({ severity }) => severity === 'critical') : alerts;
  }
}

/** The targets that a config file names. */
export function alertTargets(values: AlertValues, clock: Clock): readonly AlertTarget[] {
  const { alertmanager, webhook, otlp, file, syslog } = values;
  const headers = Object.fromEntries(values.alertmanagerHeader);
  const otlpHeaders = Object.fromEntries(values.otlpHeader);
  return [
    ...alertmanager.map((url, i) =>
      alertmanagerTarget(numbered('alertmanager', i), url, headers, clock),
    ),
    ...webhook.map((url, i) =>
      webhookTarget(numbered('webhook', i), {
        url,
        headers: Object.fromEntries(values.webhookHeader),
        contentType: values.webhookContentType,
        template: values.webhookTemplate,
      }),
    ),
    ...otlp.map((url, i) => otlpTarget(numbered('otlp', i), url, otlpHeaders, clock)),
    ...(file === undefined ? [] : [jsonlFileTarget('file', file)]),
    ...(syslog === undefined ? [] : [syslogTarget('syslog', syslog)]),
  ];
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}
