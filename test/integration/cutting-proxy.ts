import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Rng } from '@ethogram/core';
import { listenOnLoopback } from '@ethogram/testkit/bed';

/** A TCP proxy on the loopback that can lose replies. */
export interface CuttingProxy {
  readonly port: number;
  /** Connections cut so far between a command and its reply. */
  readonly cuts: number;
  /**
   * From now on each piece of a reply is lost with this probability, and its connection with it:
   * the server has done what it was told, and the client cannot know.
   */
  cut(probability: number): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a server on the loopback. */
export async function startCuttingProxy(target: number, rng: Rng): Promise<CuttingProxy> {
  let probability = 0;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    keep(client);
    keep(upstream);
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (reply: Buffer) => {
      if (rng.next() < probability) {
        cuts++;
        client.destroy();
        upstream.destroy();
      } else client.write(reply);
    });
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    get cuts() {
      return cuts;
    },
    cut: (p) => {
      probability = p;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
