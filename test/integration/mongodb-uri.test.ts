import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { openStore } from '@ethogram/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A listener that answers nothing: what a client says first is all that is looked at. */
describe('the URI of a MongoDB store', () => {
  let server: Server;
  let first: Promise<Buffer>;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    first = new Promise((resolve) => {
      server.on('connection', (socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.once('data', resolve);
      });
    });
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  /** Tries to open a store at the listener; what it failed with. */
  async function attempt(user: string, options: string): Promise<Error & { code?: string }> {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const patience = 'directConnection=true&serverSelectionTimeoutMS=700&connectTimeoutMS=500';
    const uri = `mongodb://${user}127.0.0.1:${address.port}/x?${patience}${options}`;
    return openStore(uri, { mode: 'write' }).then(
      () => {
        throw new Error('expected no store there');
      },
      (error: Error) => error,
    );
  }

  it('shows no password, on the way or in an error, and speaks plainly where it names no TLS', async () => {
    const error = await attempt('someone:hunter2@', '&authSource=admin');
    expect(error).toMatchObject({ code: 'STORE-1002', exitCode: 6 });
    const said = (await first).toString('latin1');
    expect(said).toContain('ethogram');
    expect(said).not.toContain('hunter2');
    expect(`${error.message} ${error.stack}`).not.toContain('hunter2');
  });

  it.each(['&tls=true', '&ssl=true', '&tls=true&tlsAllowInvalidCertificates=true'])(
    'brings TLS where it asks for it (%s)',
    async (options) => {
      await expect(attempt('', options)).resolves.toMatchObject({ code: 'STORE-1002' });
      // A TLS record of a handshake, with a ClientHello in it (RFC 8446, 5.1 and 4).
      const said = await first;
      expect([said[0], said[1], said[5]]).toEqual([0x16, 0x03, 0x01]);
      expect(said.toString('latin1')).not.toContain('ethogram');
    },
  );

  it('names a certificate that cannot be read', async () => {
    const error = await attempt('', '&tls=true&tlsCAFile=/nonexistent/ca.pem');
    expect(error).toMatchObject({ code: 'STORE-1002' });
    expect(error.message).toContain('/nonexistent/ca.pem');
  });
});
