import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { cliErrors } from '../errors.js';
import { addressText, isLoopback, type ListenAddress } from './listen-address.js';
import type { Health } from './service-state.js';

/** What {@link openMonitoringServer} serves. */
export interface MonitoringPages {
  health(): Health;
  /** The text of `/metrics`, and its content type. */
  metrics(): Promise<string>;
  readonly contentType: string;
}

/** A server that runs. */
export interface MonitoringServer {
  /** Where it listens; the port is the one that the system chose where 0 was asked for. */
  readonly address: ListenAddress;
  /** Ends it and the connections that it has; may be called again. */
  close(): Promise<void>;
}

const MOST_CONNECTIONS = 64;

/**
 * Serves `/livez`, `/readyz` and `/metrics` over HTTP.
 * @throws CLI-1013 where the address is in use or not ours.
 */
export async function openMonitoringServer(
  address: ListenAddress,
  pages: MonitoringPages,
): Promise<MonitoringServer> {
  const loopback = isLoopback(address.host);
  const server = createServer((request, response) => {
    respond(request, response, pages, loopback).catch(() => {
      // The reader has gone, or the page could not be made: the service itself goes on.
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `expected to listen on ${addressText(address)}, found ${cause.message}`;
      reject(cliErrors.make('CLI-1013', message, { cause }));
    });
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  server.on('error', () => undefined);
  // What is served must not keep a service alive that has nothing else to do.
  server.unref();
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : address.port;
  let closed: Promise<void> | undefined;
  return {
    address: { host: address.host, port },
    close: () => {
      closed ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  pages: MonitoringPages,
  loopback: boolean,
): Promise<void> {
  const send = (status: number, type: string, body: string) => {
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  // A page in a browser of this host could reach us under a name of its own (DNS rebinding).
  if (loopback && !isLocalName(request.headers.host)) {
    return send(403, 'text/plain', 'expected a request to a loopback address\n');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(405, 'text/plain', 'expected GET\n');
  }
  const path = (request.url ?? '').split('?')[0];
  if (path === '/metrics') return send(200, pages.contentType, await pages.metrics());
  if (path !== '/livez' && path !== '/readyz') {
    return send(404, 'text/plain', 'expected /livez, /readyz or /metrics\n');
  }
  const { isLive, isReady, isScoring, reason } = pages.health();
  const isWell = path === '/livez' ? isLive : isReady;
  const body = { status: isWell ? 'ok' : 'failing', scoring: isScoring, reason };
  return send(isWell ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
}

function isLocalName(header: string | undefined): boolean {
  const host = (header ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || isLoopback(host);
}
