import { type Clock, sourceKey } from '@ethogram/core';
import { printable, reasonText } from '@ethogram/report';
import { type Alert, alertSummary } from '../alert.js';
import type { AlertTarget } from '../delivery.js';
import { httpPost } from './http-post.js';

/** As often as Prometheus itself does it. */
const REPEAT_MS = 60_000;
/** An alert that is not repeated ends by itself: this program may be what went down. */
const VALID_MS = 5 * REPEAT_MS;

/**
 * Alertmanager, by its API v2 (`POST /api/v2/alerts`).
 * @param url base address of Alertmanager, with its path prefix where it has one.
 */
export function alertmanagerTarget(
  name: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  clock: Clock,
): AlertTarget {
  const endpoint = `${url.replace(/\/+$/, '')}/api/v2/alerts`;
  return {
    name,
    repeatMs: REPEAT_MS,
    send: (alert, signal) =>
      httpPost(
        endpoint,
        { ...headers, 'content-type': 'application/json' },
        JSON.stringify(postable(alert, clock.nowMs())),
        signal,
      ),
    close: async () => undefined,
  };
}

/** The alerts to post: what grew critical is no warning any more, and severity is a label. */
function postable(alert: Alert, nowMs: number): readonly object[] {
  const now = new Date(Math.max(nowMs, Date.parse(alert.startsAt)));
  const annotations = annotationsOf(alert);
  const { startsAt, severity } = alert;
  const endsAt = alert.endsAt ?? new Date(now.getTime() + VALID_MS).toISOString();
  const current = { labels: labelsOf(alert, severity), annotations, startsAt, endsAt };
  if (severity !== 'critical') return [current];
  const ended = alert.endsAt ?? now.toISOString();
  return [{ labels: labelsOf(alert, 'warning'), annotations, startsAt, endsAt: ended }, current];
}

function labelsOf({ host, source }: Alert, severity: string): Readonly<Record<string, string>> {
  return {
    alertname: 'EthogramAnomaly',
    host: printable(host),
    source: printable(source.name),
    kind: source.kind,
    severity,
  };
}

function annotationsOf(alert: Alert): Readonly<Record<string, string>> {
  const neighbours = alert.neighbours.map(
    ({ source, score }) => `${printable(source)} (score ${score})`,
  );
  return {
    summary: alertSummary(alert),
    score: String(alert.score),
    kinds: alert.kinds.join(', '),
    reasons: alert.reasons.map(reasonText).join('; '),
    neighbours: neighbours.join(', '),
    model: printable(alert.model),
    regime: alert.regime,
    lost: String(alert.lost),
    incident: printable(alert.incident),
    explain: `ethogram explain ${printable(alert.event)}`,
    source: printable(sourceKey(alert.source)),
  };
}
