import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { listenOnLoopback } from '@ethogram/testkit/bed';
import { BSON, type Document } from 'mongodb';
import { ScramServer } from './scram-server.js';
import { answer, splitMessages, type WireMessage } from './wire-messages.js';

const AUTHENTICATION_FAILED = { ok: 0, code: 18, codeName: 'AuthenticationFailed' };
const UNAUTHORIZED = { ok: 0, code: 13, codeName: 'Unauthorized' };

/** A server that lets nobody in without credentials. */
export interface GuardedServer {
  readonly port: number;
  /** `user@database` for each connection that has shown who it is. */
  readonly admitted: readonly string[];
  /** Commands that were refused, since their connection had not. */
  readonly refused: readonly string[];
  /** All that clients sent, after TLS. */
  received(): Buffer;
  stop(): Promise<void>;
}

/**
 * Stands before a MongoDB server that asks nobody who they are: answers the handshake itself, has
 * SCRAM-SHA-256 done (docs of the wire protocol, OP_MSG), and only then passes commands on.
 * @param tls PEM of a key and its certificate; without it the server speaks plainly
 */
export async function startGuardedServer(
  behind: { readonly port: number },
  who: { readonly user: string; readonly password: string },
  tls?: { readonly key: string; readonly cert: string },
): Promise<GuardedServer> {
  const admitted: string[] = [];
  const refused: string[] = [];
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const serve = (client: Socket): void => {
    const scram = new ScramServer(who.user, who.password);
    let upstream: Socket | undefined;
    let waiting: Buffer = Buffer.alloc(0);
    keep(sockets, client);
    const admit = (database: unknown): void => {
      admitted.push(`${who.user}@${String(database)}`);
      upstream = keep(sockets, connect(behind.port, '127.0.0.1'));
      upstream.pipe(client);
    };
    const handle = (message: WireMessage): void => {
      const { command } = message;
      const [name = ''] = Object.keys(command);
      if (upstream) upstream.write(message.bytes);
      else if (/^(hello|isMaster)$/i.test(name)) client.write(answer(message, hello(command)));
      else {
        const reply = authenticate(scram, command, () => admit(command.$db));
        if (!reply) refused.push(name);
        const denial = { ...UNAUTHORIZED, errmsg: `command ${name} requires authentication` };
        client.write(answer(message, reply ?? denial));
      }
    };
    client.on('data', (chunk: Buffer) => {
      received.push(chunk);
      const { messages, rest } = splitMessages(Buffer.concat([waiting, chunk]));
      waiting = rest;
      for (const message of messages) handle(message);
    });
  };
  const server: Server = tls ? createTlsServer(tls, serve) : createServer(serve);
  // A client that does not trust the certificate ends the handshake.
  server.on('tlsClientError', () => undefined);
  const port = await listenOnLoopback(server);
  return {
    port,
    admitted,
    refused,
    received: () => Buffer.concat(received),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): Socket {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
  return socket;
}

/** What a standalone server says of itself. */
function hello(command: Document): Document {
  return {
    ok: 1,
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 21,
    localTime: new Date(),
    ...(command.saslSupportedMechs ? { saslSupportedMechs: ['SCRAM-SHA-256'] } : {}),
  };
}

/** The answer to a step of SCRAM; `undefined` to any other command. */
function authenticate(
  scram: ScramServer,
  command: Document,
  admit: () => void,
): Document | undefined {
  const isStart = command.saslStart !== undefined;
  if (!isStart && command.saslContinue === undefined) return undefined;
  const failed = { ...AUTHENTICATION_FAILED, errmsg: 'Authentication failed.' };
  if (isStart && command.mechanism !== 'SCRAM-SHA-256') return failed;
  const text = (command.payload as BSON.Binary).toString('utf8');
  const reply = isStart ? scram.first(text) : scram.last(text);
  if (reply === undefined) return failed;
  if (!isStart) admit();
  const payload = new BSON.Binary(Buffer.from(reply));
  return { ok: 1, conversationId: 1, done: !isStart, payload };
}
