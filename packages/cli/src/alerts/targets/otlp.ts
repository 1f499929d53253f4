import { type Clock, sourceKey } from '@ethogram/core';
import { jsonText, printable } from '@ethogram/report';
import { type Alert, alertSummary } from '../alert.js';
import type { AlertTarget } from '../delivery.js';
import { httpPost } from './http-post.js';

/**
 * A receiver of OpenTelemetry: each alert is a log record, over HTTP in the JSON encoding of OTLP
 * 1 (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). Metrics are not sent: a
 * collector reads `/metrics`.
 * @param url base address of the receiver; `/v1/logs` is appended.
 */
export function otlpTarget(
  name: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  clock: Clock,
): AlertTarget {
  const endpoint = `${url.replace(/\/+$/, '')}/v1/logs`;
  return {
    name,
    send: (alert, signal) =>
      httpPost(
        endpoint,
        { ...headers, 'content-type': 'application/json' },
        jsonText(logsRequest(alert, clock.nowMs())),
        signal,
      ),
    close: async () => undefined,
  };
}

/** An ExportLogsServiceRequest with one record. */
function logsRequest(alert: Alert, nowMs: number): object {
  const record = {
    timeUnixNano: nanoseconds(Date.parse(alert.endsAt ?? alert.startsAt)),
    observedTimeUnixNano: nanoseconds(nowMs),
    ...severityOf(alert),
    body: { stringValue: alertSummary(alert) },
    attributes: [
      text('event.name', 'ethogram.alert'),
      text('ethogram.status', alert.status),
      text('ethogram.source', sourceKey(alert.source)),
      text('ethogram.severity', alert.severity),
      { key: 'ethogram.score', value: { doubleValue: alert.score } },
      { key: 'ethogram.lost', value: { doubleValue: alert.lost } },
      text('ethogram.model', alert.model),
      text('ethogram.incident', alert.incident),
      text('ethogram.event', alert.event),
      // Reasons and neighbours are lists of objects, which not every backend keeps: one JSON text.
      text('ethogram.alert', jsonText(alert)),
    ],
  };
  return {
    resourceLogs: [
      {
        resource: { attributes: [text('service.name', 'ethogram'), text('host.name', alert.host)] },
        scopeLogs: [{ scope: { name: 'ethogram' }, logRecords: [record] }],
      },
    ],
  };
}

/** 64-bit integers are texts in this encoding. */
function nanoseconds(ms: number): string {
  return `${BigInt(ms) * 1_000_000n}`;
}

/** SeverityNumber of the logs data model: INFO 9, WARN 13, ERROR 17. */
function severityOf({ status, severity }: Alert): object {
  if (status === 'resolved') return { severityNumber: 9, severityText: 'INFO' };
  return severity === 'critical'
    ? { severityNumber: 17, severityText: 'ERROR' }
    : { severityNumber: 13, severityText: 'WARN' };
}

function text(key: string, value: string): object {
  return { key, value: { stringValue: printable(value) } };
}
