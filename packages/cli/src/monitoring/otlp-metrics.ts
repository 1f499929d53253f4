import type { Clock } from '@ethogram/core';
import { jsonText } from '@ethogram/report';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import { httpPost } from '../alerts/targets/http-post.js';

/** What sends metrics to a receiver of OpenTelemetry. */
export interface OtlpMetricsSettings {
  /** Base address of the receiver; `/v1/metrics` is appended. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly host: string;
  readonly version: string;
  readonly clock: Clock;
  /** What `/metrics` shows. */
  readonly read: () => Promise<readonly MetricObjectWithValues<MetricValue<string>>[]>;
  /** Told when the receiver begins to fail, and when it takes metrics again. */
  readonly onTrouble: (text: string) => void;
}

/** No answer within this time is a failure. */
const ATTEMPT_MS = 10_000;
/** Sums since a start, as our counters are (AggregationTemporality of the metrics data model). */
const CUMULATIVE = 2;

/**
 * Sends what `/metrics` shows by OTLP over HTTP in its JSON encoding
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), one request at a time.
 * Values are sums since the start of the service, so that nothing waits and nothing is sent twice:
 * after a failure the next request says it all.
 */
export class OtlpMetrics {
  readonly #settings: OtlpMetricsSettings;
  readonly #startMs: number;
  readonly #stop = new AbortController();
  #sending: Promise<void> | undefined;
  #isFailing = false;
  sent = 0;
  failed = 0;

  constructor(settings: OtlpMetricsSettings) {
    this.#settings = settings;
    this.#startMs = settings.clock.nowMs();
  }

  /** Begins to send what there is now; returns at once, and does nothing while one is under way. */
  push(): void {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Sends once more and ends, within a time; callable again. */
  async close(patience: AbortSignal): Promise<void> {
    const stop = () => this.#stop.abort();
    patience.addEventListener('abort', stop, { once: true });
    if (patience.aborted) stop();
    await this.#sending;
    if (!this.#stop.signal.aborted) await this.#send();
    patience.removeEventListener('abort', stop);
    stop();
  }

  async #send(): Promise<void> {
    const { url, headers, clock, host, version, read, onTrouble } = this.#settings;
    const nowMs = clock.nowMs();
    const body = metricsRequest(await read(), { host, version, startMs: this.#startMs, nowMs });
    const limit = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    const result = await httpPost(
      `${url.replace(/\/+$/, '')}/v1/metrics`,
      { ...headers, 'content-type': 'application/json' },
      jsonText(body),
      limit,
    );
    const isTaken = result.outcome === 'taken';
    if (isTaken) this.sent++;
    else this.failed++;
    if (result.outcome !== 'taken' && !this.#isFailing) {
      onTrouble(`metrics: the receiver of OpenTelemetry fails: ${result.reason}`);
    }
    if (isTaken && this.#isFailing) onTrouble('metrics: the receiver takes metrics again');
    this.#isFailing = !isTaken;
  }
}

/** An ExportMetricsServiceRequest; metrics without a value are left out. */
export function metricsRequest(
  metrics: readonly MetricObjectWithValues<MetricValue<string>>[],
  about: {
    readonly host: string;
    readonly version: string;
    readonly startMs: number;
    readonly nowMs: number;
  },
): object {
  const { host, version, startMs, nowMs } = about;
  const times = { startTimeUnixNano: nanoseconds(startMs), timeUnixNano: nanoseconds(nowMs) };
  return {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            text('service.name', 'ethogram'),
            text('service.version', version),
            text('host.name', host),
          ],
        },
        scopeMetrics: [
          {
            scope: { name: 'ethogram', version },
            metrics: metrics
              .filter(({ values }) => values.length > 0)
              .map((metric) => metricOf(metric, times)),
          },
        ],
      },
    ],
  };
}

function metricOf(
  { name, help, type, values }: MetricObjectWithValues<MetricValue<string>>,
  times: object,
): object {
  const dataPoints = values.map(({ value, labels }) => ({
    ...times,
    asDouble: value,
    attributes: Object.entries(labels).map(([key, label]) => text(key, String(label))),
  }));
  const described = { name, description: help, unit: unitOf(name) };
  // prom-client names its types by text or by number.
  return String(type) === 'counter'
    ? {
        ...described,
        sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true },
      }
    : { ...described, gauge: { dataPoints } };
}

/** The unit in UCUM, from the base unit that the name ends in. */
function unitOf(name: string): string {
  if (/_seconds(?:_total)?$/.test(name)) return 's';
  return /_bytes(?:_total)?$/.test(name) ? 'By' : '1';
}

function text(key: string, value: string): object {
  return { key, value: { stringValue: value } };
}

/** 64-bit integers are texts in this encoding. */
function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms)) * 1_000_000n}`;
}
