import { z } from 'zod';
import type { ValueKind } from '../options/option.js';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where the metrics are where nobody says otherwise. */
export const DEFAULT_METRICS_ADDRESS: ListenAddress = Object.freeze({
  host: '127.0.0.1',
  port: 7374,
});

/** `HOST:PORT` with an IP address (`[::1]:7374` for IPv6) or `localhost`, or `off`. */
export const listenAddress: ValueKind<ListenAddress | 'off'> = Object.freeze({
  value: 'ADDRESS',
  schema: z.string().transform((text, context): ListenAddress | 'off' => {
    if (text === 'off') return 'off';
    const match = /^(?:\[([\da-fA-F:.]+)\]|([\d.]+|localhost)):(\d{1,5})$/.exec(text.trim());
    const port = Number(match?.[3]);
    const host = match?.[1] ?? match?.[2] ?? '';
    if (match && port <= 65_535) return { host: host === 'localhost' ? '127.0.0.1' : host, port };
    context.issues.push({
      code: 'custom',
      message: 'expected an address such as 127.0.0.1:7374 or [::1]:7374, or off',
      input: text,
    });
    return z.NEVER;
  }),
});

/** Whether an address is reached from this host only: 127.0.0.0/8 or ::1. */
export function isLoopback(host: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(host) || host === '::1';
}

/** An address as one writes it. */
export function addressText({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
