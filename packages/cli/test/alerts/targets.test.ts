import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@ethogram/core';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../src/alerts/alert.js';
import { fillTemplate, TEMPLATE_FIELDS, unknownFields } from '../../src/alerts/alert-template.js';
import { alertmanagerTarget } from '../../src/alerts/targets/alertmanager.js';
import { jsonlFileTarget } from '../../src/alerts/targets/jsonl-file.js';
import { otlpTarget } from '../../src/alerts/targets/otlp.js';
import { syslogTarget } from '../../src/alerts/targets/syslog.js';
import { webhookTarget } from '../../src/alerts/targets/webhook.js';
import { anomaly, HOSTILE } from '../example-anomaly.js';
import { startServer } from './test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-alerts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-05-01T10:02:00.000Z');
const never = new AbortController().signal;

function alert(more: Partial<Alert> = {}, name = HOSTILE): Alert {
  const { type: _, id, ts, ...rest } = anomaly(name);
  return {
    type: 'alert',
    status: 'firing',
    event: id,
    startsAt: ts,
    endsAt: null,
    ...rest,
    ...more,
  };
}

interface Posted {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly endsAt: string;
}

describe('Alertmanager', () => {
  async function post(given: Alert): Promise<Posted[]> {
    const server = await startServer();
    const headers = { authorization: 'Bearer 1', 'content-type': 'text/evil' };
    const target = alertmanagerTarget('a', `${server.url}/am/`, headers, manualClock(NOW));
    expect(await target.send(given, never)).toEqual({ outcome: 'taken' });
    await server.close();
    expect(server.received[0]).toMatchObject({
      url: '/am/api/v2/alerts',
      headers: { authorization: 'Bearer 1', 'content-type': 'application/json' },
    });
    return JSON.parse(server.received[0]?.body ?? '') as Posted[];
  }

  test('gets source, score, reasons, neighbours, model and loss, with names escaped', async () => {
    const [posted, ...rest] = await post(alert());
    expect(rest).toEqual([]);
    expect(posted?.labels).toEqual({
      alertname: 'EthogramAnomaly',
      host: 'web-1',
      source: 'evil"}\\\\n\\x1b[2J\\u202eexe',
      kind: 'process',
      severity: 'warning',
    });
    expect(posted?.annotations).toMatchObject({
      score: '6.2',
      kinds: 'level, novel',
      reasons: 'syscall.openat.calls 812, expected 0 to 14 (71 %)',
      neighbours: 'process:redis (score 3.1)',
      model: 'host/0123456789abcdef',
      lost: '3',
      incident: 'i1',
    });
    expect(JSON.stringify(posted)).not.toMatch(/\\u001b|\u202e/);
  });

  test('forgets an alert that is not repeated, and is told when one is over', async () => {
    const [firing] = await post(alert());
    expect(firing).toMatchObject({
      startsAt: '2026-05-01T10:00:00.000Z',
      endsAt: '2026-05-01T10:07:00.000Z',
    });
    const endsAt = '2026-05-01T10:01:00.000Z';
    expect((await post(alert({ status: 'resolved', endsAt })))[0]?.endsAt).toBe(endsAt);
  });

  test('is told that what grew critical is no warning any more', async () => {
    const posted = await post(alert({ severity: 'critical' }));
    expect(posted.map(({ labels, endsAt }) => [labels['severity'], endsAt])).toEqual([
      ['warning', '2026-05-01T10:02:00.000Z'],
      ['critical', '2026-05-01T10:07:00.000Z'],
    ]);
  });
});

describe('a webhook', () => {
  async function post(contentType: string, template?: string): Promise<string> {
    const server = await startServer();
    const { url } = server;
    const target = webhookTarget('w', { url, headers: { 'x-key': 'k' }, contentType, template });
    expect(await target.send(alert(), never)).toEqual({ outcome: 'taken' });
    await server.close();
    const headers = { 'x-key': 'k', 'content-type': contentType };
    expect(server.received[0]?.headers).toMatchObject(headers);
    return server.received[0]?.body ?? '';
  }

  test('gets the whole alert as JSON where it has no template', async () => {
    expect(JSON.parse(await post('application/json'))).toEqual(alert());
  });

  test('gets its template filled in, in JSON with names that cannot end a string', async () => {
    const body = await post(
      'application/vnd.x+json; charset=utf-8',
      '{"text":"{{ status }}: {{source}} on {{host}}","all":{{alert}}}',
    );
    expect(JSON.parse(body)).toEqual({
      text: 'firing: process:evil"}\\\\n\\x1b[2J\\u202eexe on web-1',
      all: alert(),
    });
  });

  test('gets control characters escaped in plain text', async () => {
    expect(await post('text/plain', '{{source}} {{lost}}')).toBe(
      'process:evil"}\\\\n\\x1b[2J\\u202eexe 3',
    );
  });

  test('is refused, and nothing is thrown, where nobody listens', async () => {
    const server = await startServer();
    await server.close();
    const settings = { headers: {}, contentType: 'text/plain', template: 'x' };
    const target = webhookTarget('w', { url: `${server.url}/secret`, ...settings });
    const attempt = await target.send(alert(), never);
    expect(attempt).toEqual({ outcome: 'failed', reason: 'ECONNREFUSED' });
  });
});

describe('OpenTelemetry', () => {
  test('gets a log record in the JSON encoding of OTLP', async () => {
    const server = await startServer();
    const target = otlpTarget('otlp', server.url, { 'x-key': 'k' }, manualClock(NOW));
    const ended = alert({ status: 'resolved', endsAt: '2026-05-01T10:01:00.000Z' });
    expect(await target.send(alert(), never)).toEqual({ outcome: 'taken' });
    expect(await target.send(ended, never)).toEqual({ outcome: 'taken' });
    await server.close();
    expect(server.received[0]).toMatchObject({
      url: '/v1/logs',
      headers: { 'x-key': 'k', 'content-type': 'application/json' },
    });
    const [firing, resolved] = server.received.map(({ body }) => {
      const { resource, scopeLogs } = JSON.parse(body).resourceLogs[0];
      return { resource, record: scopeLogs[0].logRecords[0] };
    });
    expect(firing?.resource.attributes).toContainEqual({
      ...{ key: 'host.name', value: { stringValue: 'web-1' } },
    });
    // 2026-05-01T10:00:00Z and 10:02:00Z.
    expect(firing?.record).toMatchObject({
      timeUnixNano: '1777629600000000000',
      observedTimeUnixNano: '1777629720000000000',
      severityNumber: 13,
      severityText: 'WARN',
    });
    expect(resolved?.record).toMatchObject({
      timeUnixNano: '1777629660000000000',
      severityNumber: 9,
    });
    const attributes = new Map<string, Record<string, unknown>>(
      firing?.record.attributes.map(({ key, value }: { key: string; value: object }) => [
        key,
        value,
      ]),
    );
    expect(attributes.get('ethogram.score')).toEqual({ doubleValue: 6.2 });
    expect(attributes.get('ethogram.source')).toEqual({
      stringValue: 'process:evil"}\\\\n\\x1b[2J\\u202eexe',
    });
    const whole = JSON.parse(String(attributes.get('ethogram.alert')?.['stringValue']));
    expect(whole).toEqual(alert());
  });
});

describe('a template', () => {
  test('is valid JSON whatever a source is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const template = `{${TEMPLATE_FIELDS.filter((f) => f !== 'alert')
          .map((field) => `"${field}":"{{${field}}}"`)
          .join(',')},"whole":{{alert}}}`;
        const filled = JSON.parse(fillTemplate(template, alert({}, name), true));
        expect(filled.whole.source.name).toBe(name);
        expect(Object.keys(filled)).toHaveLength(TEMPLATE_FIELDS.length);
      }),
      { numRuns: 100 },
    );
  });

  test('does not fill in what a name looks like', () => {
    const sneaky = alert({}, '{{model}} $& {{alert}}');
    expect(fillTemplate('<{{source}}>', sneaky, false)).toBe('<process:{{model}} $& {{alert}}>');
  });

  test('names what it does not know', () => {
    expect(unknownFields('{{source}} {{ sauce }} {{toString}} {{}}')).toEqual([
      'sauce',
      'toString',
      '',
    ]);
  });
});

describe('a file', () => {
  test('gets one JSON object a line, private to its owner and group', async () => {
    const path = join(folder, 'alerts.jsonl');
    const target = jsonlFileTarget('file', path);
    await target.send(alert(), never);
    await target.send(alert({ status: 'resolved', endsAt: '2026-05-01T10:01:00.000Z' }), never);
    const text = readFileSync(path, 'utf8');
    const rows = text.trimEnd().split('\n');
    expect(rows.map((row) => JSON.parse(row).status)).toEqual(['firing', 'resolved']);
    expect(text).not.toContain('\u202e');
    expect(statSync(path).mode & 0o007).toBe(0);
  });
});

describe('syslog', () => {
  test('over UDP is a message of RFC 5424 with the alert as JSON', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const message = new Promise<string>((resolve) =>
      socket.once('message', (bytes) => resolve(bytes.toString())),
    );
    const { port } = socket.address();
    const target = syslogTarget('syslog', { kind: 'udp', host: '127.0.0.1', port });
    await target.send(alert({ severity: 'critical', host: 'web 1\n' }), never);
    const text = await message;
    socket.close();
    expect(text).toMatch(
      /^<26>1 2026-05-01T10:00:00\.000Z web1 ethogram - firing - critical: process:evil/,
    );
    const json = /@cee: (.*)$/s.exec(text)?.[1] ?? '';
    expect(JSON.parse(json)).toMatchObject({ source: { name: HOSTILE }, lost: 3 });
    expect(text).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test('on a local socket goes through logger, and a missing socket is a failure', async ({
    skip,
  }) => {
    if (spawnSync('logger', ['--version']).error) skip('needs logger (util-linux)');
    const path = join(folder, 'log');
    const script =
      'import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\ns.bind(sys.argv[1])\ns.settimeout(20)\nprint("bound",flush=True)\nprint(s.recv(65536).decode())';
    const receiver = spawn('python3', ['-c', script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => receiver.on('close', resolve));
    let said = '';
    await new Promise<void>((resolve) =>
      receiver.stdout.on('data', (chunk) => {
        said += chunk;
        resolve();
      }),
    );
    const target = syslogTarget('syslog', { kind: 'unix', path });
    expect(await target.send(alert(), never)).toEqual({ outcome: 'taken' });
    await ended;
    expect(said).toMatch(/<28>.*ethogram.*warning: process:evil.*@cee: \{"type":"alert"/s);
    const missing = syslogTarget('syslog', { kind: 'unix', path: join(folder, 'none') });
    expect(await missing.send(alert(), never)).toMatchObject({ outcome: 'failed' });
  });
});
