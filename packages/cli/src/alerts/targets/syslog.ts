import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { jsonText, printable } from '@ethogram/report';
import { type Alert, alertSummary } from '../alert.js';
import type { AlertTarget, Attempt } from '../delivery.js';

/** Where a syslog daemon listens. */
export type SyslogAddress =
  | { readonly kind: 'udp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Facility `daemon` of RFC 5424, section 6.2.1. */
const DAEMON = 3;
/** RFC 5424 obliges nobody to take more than 2,048 bytes; rsyslog and journald take 8 KiB. */
const MOST_BYTES = 8_192;

/**
 * Syslog: RFC 5424 over UDP (RFC 5426), or the local socket by way of `logger`, since Node has no
 * datagram sockets of that family. The message is a summary and, after `@cee:`, the alert as JSON.
 */
export function syslogTarget(name: string, address: SyslogAddress): AlertTarget {
  return {
    name,
    send: (alert, signal) =>
      address.kind === 'udp'
        ? sendDatagram(address.host, address.port, rfc5424(alert))
        : runLogger(address.path, alert, signal),
    close: async () => undefined,
  };
}

/** The alert as a message of RFC 5424. */
export function rfc5424(alert: Alert): string {
  const time = alert.endsAt ?? alert.startsAt;
  // HOSTNAME is printable ASCII, at most 255 characters; NILVALUE where nothing is left.
  const host = alert.host.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  const priority = DAEMON * 8 + level(alert);
  return `<${priority}>1 ${time} ${host} ethogram - ${alert.status} - ${message(alert)}`;
}

function message(alert: Alert): string {
  const json = ` @cee: ${jsonText(alert)}`;
  const summary = alertSummary(alert);
  // Half a JSON object helps nobody.
  return Buffer.byteLength(summary + json) <= MOST_BYTES - 512 ? summary + json : summary;
}

/** critical 2, warning 4, notice 5. */
function level({ status, severity }: Alert): number {
  return status === 'resolved' ? 5 : severity === 'critical' ? 2 : 4;
}

function sendDatagram(host: string, port: number, text: string): Promise<Attempt> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const end = (failure: Error | null) => {
      socket.close();
      resolve(
        failure ? { outcome: 'failed', reason: printable(failure.message) } : { outcome: 'taken' },
      );
    };
    socket.once('error', end);
    socket.send(text, port, host, (failure) => {
      socket.off('error', end);
      end(failure);
    });
  });
}

function runLogger(path: string, alert: Alert, signal: AbortSignal): Promise<Attempt> {
  const priority = `daemon.${['', '', 'crit', '', 'warning', 'notice'][level(alert)]}`;
  return new Promise((resolve) => {
    const child = spawn(
      'logger',
      [
        ...['--socket', path, '--tag', 'ethogram', '--priority', priority],
        ...['--size', String(MOST_BYTES), '--socket-errors=on'],
      ],
      { stdio: ['pipe', 'ignore', 'pipe'], signal },
    );
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(0, 1_000);
    });
    child.on('error', (failure) => resolve({ outcome: 'failed', reason: failure.message }));
    child.on('close', (code) =>
      resolve(
        code === 0
          ? { outcome: 'taken' }
          : { outcome: 'failed', reason: printable(said.trim() || `logger ended with ${code}`) },
      ),
    );
    // A logger that ended early has said why on standard error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${message(alert)}\n`);
  });
}
