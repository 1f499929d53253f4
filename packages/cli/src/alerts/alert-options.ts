import { z } from 'zod';
import { choice, duration, file, text } from '../options/kinds.js';
import { list, type OptionSpecs, option, type ValueKind } from '../options/option.js';
import { TEMPLATE_FIELDS } from './alert-template.js';
import type { SyslogAddress } from './targets/syslog.js';

const url: ValueKind<string> = Object.freeze({
  value: 'URL',
  schema: z.url({
    protocol: /^https?$/,
    error: 'expected an address such as http://127.0.0.1:9093',
  }),
});

const header: ValueKind<readonly [string, string]> = Object.freeze({
  value: 'HEADER',
  schema: z.string().transform((given, context): readonly [string, string] => {
    const match = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\x20-\x7e]*)$/.exec(given);
    if (match) return [(match[1] ?? '').toLowerCase(), match[2] ?? ''];
    context.issues.push({
      code: 'custom',
      message: 'expected a header such as "Authorization: Bearer 1234"',
      input: '',
    });
    return z.NEVER;
  }),
});

const syslogAddress: ValueKind<SyslogAddress> = Object.freeze({
  value: 'ADDRESS',
  schema: z.string().transform((given, context): SyslogAddress => {
    const unix = /^unix:(\/.+)$/.exec(given);
    if (unix) return { kind: 'unix', path: unix[1] ?? '' };
    const udp = /^udp:\/\/(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(given);
    const port = Number(udp?.[3]);
    if (udp && port > 0 && port <= 65_535) {
      return { kind: 'udp', host: udp[1] ?? udp[2] ?? '', port };
    }
    context.issues.push({
      code: 'custom',
      message: 'expected unix:/dev/log or udp://127.0.0.1:514',
      input: given,
    });
    return z.NEVER;
  }),
});

/**
 * The keys of the section `[alerts]`. They have no flags and no variables: config file only. No message
 * shows a value: addresses, headers and templates carry tokens, the more so where they are mistyped.
 */
export const alertOptions = withheld({
  alertmanager: list(url, {
    help: 'base address of an Alertmanager, told by its API v2',
    example: 'http://127.0.0.1:9093',
  }),
  alertmanagerHeader: list(header, {
    help: 'a header of each request to an Alertmanager',
    example: 'Authorization: Bearer 1234',
  }),
  webhook: list(url, {
    help: 'an address that takes one POST per alert',
    example: 'http://127.0.0.1:8080/alerts',
  }),
  webhookHeader: list(header, {
    help: 'a header of each request to a webhook',
    example: 'Authorization: Bearer 1234',
  }),
  webhookContentType: option(text('TYPE'), {
    default: 'application/json',
    help: 'the content type of what a webhook gets',
    example: 'text/plain',
  }),
  webhookTemplate: option(text('TEXT'), {
    help: `what a webhook gets (default: the alert as a JSON object), with ${TEMPLATE_FIELDS.map((name) => `{{${name}}}`).join(' ')}`,
    example: '{"text":"{{summary}}"}',
  }),
  otlp: list(url, {
    help: 'a receiver of OpenTelemetry, told by log records (OTLP over HTTP, JSON)',
    example: 'http://127.0.0.1:4318',
  }),
  otlpMetrics: list(url, {
    help: 'a receiver of OpenTelemetry that gets what /metrics shows (OTLP over HTTP, JSON)',
    example: 'http://127.0.0.1:4318',
  }),
  otlpMetricsEvery: option(duration(1_000, 3_600_000), {
    default: '1m',
    help: 'how often metrics are sent',
    example: '15s',
  }),
  otlpHeader: list(header, {
    help: 'a header of each request to a receiver of OpenTelemetry',
    example: 'Authorization: Bearer 1234',
  }),
  file: option(file, {
    help: 'a file that gets one JSON object a line',
    example: '/var/log/ethogram-alerts.jsonl',
  }),
  syslog: option(syslogAddress, {
    help: 'a syslog daemon: unix:/dev/log (by way of logger) or udp://HOST:PORT (RFC 5424)',
    example: 'unix:/dev/log',
  }),
  minSeverity: option(choice(['warning', 'critical']), {
    default: 'warning',
    help: 'the least severity that is told',
    example: 'critical',
  }),
});

/** The section of a config file that names targets. */
export const ALERTS_SECTION = 'alerts';

function withheld<S extends OptionSpecs>(specs: S): S {
  const all = Object.entries(specs).map(([key, spec]) => [
    key,
    Object.freeze({ ...spec, isSecret: true }),
  ]);
  return Object.freeze(Object.fromEntries(all)) as S;
}
