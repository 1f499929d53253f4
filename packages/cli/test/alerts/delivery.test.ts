import { manualClock } from '@ethogram/core';
import { afterEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../src/alerts/alert.js';
import { AlertBook } from '../../src/alerts/alert-book.js';
import { Alerts } from '../../src/alerts/alerts.js';
import { type AlertTarget, type Attempt, Delivery } from '../../src/alerts/delivery.js';
import { webhookTarget } from '../../src/alerts/targets/webhook.js';
import { anomaly, closed } from '../example-anomaly.js';
import { startServer } from './test-server.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function alertOf(name: string): Alert {
  const [alert] = new AlertBook().take({ anomalies: [anomaly(name)], incidents: [] });
  if (!alert) throw new Error('an anomaly gives an alert');
  return alert;
}

/** A target that answers in turn, then takes everything. */
function scripted(...answers: Attempt[]): AlertTarget & { readonly seen: Alert[] } {
  const seen: Alert[] = [];
  return {
    name: 'scripted',
    seen,
    send: async (alert) => {
      seen.push(alert);
      return answers.shift() ?? { outcome: 'taken' };
    },
    close: async () => undefined,
  };
}

function settings() {
  const clock = manualClock(0);
  const slept: number[] = [];
  const said: string[] = [];
  return {
    slept,
    said,
    clock: {
      ...clock,
      sleep: async (ms: number, signal?: AbortSignal) => {
        slept.push(ms);
        await clock.sleep(ms, signal);
      },
    },
    random: () => 0.999_999,
    onTrouble: (text: string) => said.push(text),
  };
}

const patient = () => new AbortController().signal;
const impatient = () => AbortSignal.abort();

describe('a delivery', () => {
  test('tries again with growing pauses until the target takes it, and says so once', async () => {
    const given = settings();
    const failed = { outcome: 'failed', reason: 'HTTP 503' } as const;
    const target = scripted(...Array.from({ length: 9 }, () => failed));
    const delivery = new Delivery(target, given);
    delivery.push(alertOf('web'));
    await delivery.close(patient());
    expect(given.slept.map((ms) => Math.round(ms / 1000))).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60, 60,
    ]);
    expect(delivery.counts).toMatchObject({ sent: 1, dropped: 0, retries: 9, waiting: 0 });
    expect(given.said).toEqual([
      'alerts: scripted fails, trying again: HTTP 503',
      'alerts: scripted takes alerts again',
    ]);
  });

  test('waits as long as the target asks, within reason', async () => {
    const given = settings();
    const ask = (ms: number) => ({ outcome: 'failed', reason: '', retryAfterMs: ms }) as const;
    const delivery = new Delivery(scripted(ask(90_000), ask(9e9)), given);
    delivery.push(alertOf('web'));
    await delivery.close(patient());
    expect(given.slept).toEqual([90_000, 300_000]);
  });

  test('does not repeat what was refused for good, and counts it', async () => {
    const given = settings();
    const target = scripted({ outcome: 'refused', reason: 'HTTP 400' });
    const delivery = new Delivery(target, given);
    delivery.push(alertOf('a'));
    delivery.push(alertOf('b'));
    await delivery.close(patient());
    expect(target.seen.map(({ event }) => event)).toEqual(['event-a', 'event-b']);
    expect(delivery.counts).toMatchObject({ sent: 1, dropped: 1, retries: 0 });
    expect(given.said).toEqual(['alerts: scripted refused an alert: HTTP 400']);
  });

  test('drops the oldest beyond its bound, and every one is either sent, dropped or waiting', async () => {
    const given = settings();
    let release: (() => void) | undefined;
    const seen: string[] = [];
    const delivery = new Delivery(
      {
        name: 'slow',
        send: async ({ event }) => {
          seen.push(event);
          await new Promise<void>((resolve) => {
            if (seen.length === 1) release = resolve;
            else resolve();
          });
          return { outcome: 'taken' };
        },
        close: async () => undefined,
      },
      { ...given, most: 3 },
    );
    for (let i = 0; i < 8; i++) delivery.push(alertOf(String(i)));
    expect(delivery.counts).toMatchObject({ sent: 0, dropped: 4, waiting: 4 });
    release?.();
    await delivery.close(patient());
    expect(seen).toEqual(['event-0', 'event-5', 'event-6', 'event-7']);
    expect(delivery.counts).toMatchObject({ sent: 4, dropped: 4, waiting: 0 });
  });

  test('that is closed without patience gives up, counts the rest, and takes no more', async () => {
    const given = settings();
    const hanging: AlertTarget = {
      name: 'hanging',
      send: (_, signal) =>
        new Promise((resolve) => {
          const end = () => resolve({ outcome: 'failed', reason: 'stopped' });
          signal.addEventListener('abort', end, { once: true });
        }),
      close: async () => undefined,
    };
    const delivery = new Delivery(hanging, given);
    delivery.push(alertOf('a'));
    delivery.push(alertOf('b'));
    await delivery.close(impatient());
    await delivery.close(impatient());
    delivery.push(alertOf('c'));
    expect(delivery.counts).toMatchObject({ sent: 0, dropped: 3, waiting: 0 });
  });

  test('survives a target that throws', async () => {
    const given = settings();
    let tries = 0;
    const delivery = new Delivery(
      {
        name: 'odd',
        send: async () => {
          tries++;
          if (tries === 1) throw new Error('ENOSPC');
          return { outcome: 'taken' };
        },
        close: async () => undefined,
      },
      given,
    );
    delivery.push(alertOf('a'));
    await delivery.close(patient());
    expect(delivery.counts).toMatchObject({ sent: 1, retries: 1 });
    expect(given.said[0]).toContain('ENOSPC');
  });

  test('over HTTP tries 503 and 429 again, but not 400 and not a redirect', async () => {
    const answers = [503, 429, 200, 400, 302, 200];
    const server = await startServer((response, count) => {
      const headers = count === 2 ? { 'retry-after': '7' } : { location: 'http://127.0.0.1:1/' };
      response.writeHead(answers[count - 1] ?? 200, headers).end();
    });
    closers.push(server.close);
    const given = settings();
    const webhook = { headers: {}, contentType: 'application/json', template: undefined };
    const delivery = new Delivery(webhookTarget('webhook', { url: server.url, ...webhook }), given);
    for (const name of ['a', 'b', 'c', 'd']) delivery.push(alertOf(name));
    await delivery.close(patient());
    expect(server.received.map(({ body }) => JSON.parse(body).event)).toEqual(
      ['a', 'a', 'a', 'b', 'c', 'd'].map((name) => `event-${name}`),
    );
    expect(delivery.counts).toMatchObject({ sent: 2, dropped: 2, retries: 2 });
    expect(given.slept[1]).toBe(7_000);
    expect(given.said.join()).not.toContain(server.url);
  });
});

describe('alerts', () => {
  function alerts(minSeverity: 'warning' | 'critical' = 'warning') {
    const given = settings();
    const target = { ...scripted(), repeatMs: 60_000 };
    return { ...given, target, alerts: new Alerts([target], { ...given, minSeverity }) };
  }
  const lines = (target: { readonly seen: readonly Alert[] }) =>
    target.seen.map(({ status, source, severity }) => `${status} ${source.name} ${severity}`);

  test('fire when an anomaly begins and when it worsens, and resolve when its incident closes', async () => {
    const { alerts: book, target } = alerts();
    book.take({ anomalies: [anomaly('web'), anomaly('db')], incidents: [] });
    const ts = '2026-05-01T10:01:00.000Z';
    book.take({ anomalies: [anomaly('web', { severity: 'critical', ts })], incidents: [] });
    book.take({ anomalies: [anomaly('cron', { incident: 'i2' })], incidents: [closed('i1')] });
    await book.close(10_000);
    expect(lines(target)).toEqual([
      'firing web warning',
      'firing db warning',
      'firing web critical',
      'firing cron warning',
      'resolved web critical',
      'resolved db warning',
    ]);
    expect(target.seen[4]).toMatchObject({
      startsAt: '2026-05-01T10:00:00.000Z',
      endsAt: '2026-05-01T10:05:00.000Z',
      reasons: [{ metric: 'syscall.openat.calls' }],
      neighbours: [{ source: 'process:redis' }],
      model: 'host/0123456789abcdef',
      lost: 3,
    });
  });

  test('are resolved when a scorer takes over that knows nothing of them, and never end before they began', async () => {
    const { alerts: book, target } = alerts();
    book.take({ anomalies: [anomaly('web')], incidents: [] });
    book.takeOver([], 0);
    book.takeOver([], 0);
    await book.close(10_000);
    expect(lines(target)).toEqual(['firing web warning', 'resolved web warning']);
    expect(target.seen[1]?.endsAt).toBe('2026-05-01T10:00:00.000Z');
  });

  test('of incidents that a scorer took over fire on untold, also after a restart, until these close', async () => {
    const { alerts: running, target: told } = alerts();
    running.take({ anomalies: [anomaly('web')], incidents: [] });
    running.takeOver([anomaly('web')], 0);
    running.take({ anomalies: [], incidents: [closed('i1')] });
    await running.close(10_000);
    expect(lines(told)).toEqual(['firing web warning', 'resolved web warning']);
    const { alerts: restarted, target } = alerts();
    restarted.takeOver([anomaly('web'), anomaly('db', { severity: 'critical' })], 0);
    restarted.take({ anomalies: [], incidents: [closed('i1')] });
    await restarted.close(10_000);
    expect(lines(target)).toEqual(['resolved web warning', 'resolved db critical']);
  });

  test('of a source that fires stay as they were told last when another version takes over', async () => {
    const { alerts: book, target, clock } = alerts();
    const [first, second] = [
      anomaly('web', { id: 'older', kinds: ['novel'] }),
      anomaly('web', { id: 'newer', kinds: ['level'], ts: '2026-05-01T10:02:00.000Z' }),
    ];
    book.take({ anomalies: [first], incidents: [] });
    book.take({ anomalies: [second], incidents: [] });
    book.takeOver([first, second], 0);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(60_000);
    book.repeat();
    book.take({ anomalies: [], incidents: [closed('i1')] });
    await book.close(10_000);
    expect(target.seen.map(({ status, event }) => `${status} ${event}`)).toEqual([
      'firing older',
      'firing newer',
      'firing newer',
      'resolved newer',
    ]);
    expect(target.seen.at(-1)).toMatchObject({ kinds: ['level'] });
  });

  test('below the least severity are told neither at the start nor at the end', async () => {
    const { alerts: book, target } = alerts('critical');
    book.take({ anomalies: [anomaly('web')], incidents: [] });
    book.take({ anomalies: [anomaly('db', { severity: 'critical' })], incidents: [] });
    book.take({ anomalies: [anomaly('db')], incidents: [closed('i1')] });
    await book.close(10_000);
    // A source that was critical stays so until its incident is over.
    expect(lines(target)).toEqual([
      'firing db critical',
      'firing db critical',
      'resolved db critical',
    ]);
  });

  test('that go on are repeated where a target wants it, once per period', async () => {
    const { alerts: book, target, clock } = alerts();
    book.take({ anomalies: [anomaly('web')], incidents: [] });
    await new Promise((resolve) => setImmediate(resolve));
    book.repeat();
    clock.advance(60_000);
    book.repeat();
    book.repeat();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(60_000);
    book.take({ anomalies: [], incidents: [closed('i1')] });
    await new Promise((resolve) => setImmediate(resolve));
    book.repeat();
    await book.close(10_000);
    expect(lines(target)).toEqual([
      'firing web warning',
      'firing web warning',
      'resolved web warning',
    ]);
  });
});
