import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@ethogram/testkit/bed';
import { prepareTestServer } from '../../packages/setup/src/test-server.mjs';

/** A MongoDB server for tests. */
export interface TestServer {
  /** `mongodb://127.0.0.1:PORT`, without database. */
  readonly host: string;
  /** What follows the database: `?directConnection=true`. */
  readonly options: string;
  /** Whether it is a real one, named by `ETHOGRAM_TEST_MONGODB_URI`. */
  readonly named: boolean;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/**
 * The server of `ETHOGRAM_TEST_MONGODB_URI`, else one of our own on a free port of the loopback,
 * with its data in a temporary folder.
 * @returns why there is none, where neither is to be had.
 */
export async function startMongoServer(): Promise<TestServer | { readonly reason: string }> {
  const prepared = await prepareTestServer();
  if ('reason' in prepared) return prepared;
  if ('uri' in prepared) return namedServer(prepared.uri);
  const folder = await mkdtemp(join(tmpdir(), 'ethogram-mongodb-'));
  const port = await freePort();
  const child = spawn(
    prepared.executable,
    ['--host', '127.0.0.1', '--port', `${port}`, '--storage-path', folder, '--log-level', 'ERROR'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output = `${output}${chunk}`.slice(-2000);
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  if (await listens(child, port)) {
    return {
      host: `mongodb://127.0.0.1:${port}`,
      options: '?directConnection=true',
      named: false,
      stop,
    };
  }
  await stop();
  return { reason: `the test server did not answer on port ${port}: ${output}` };
}

/** Takes a URI apart, so that tests can name databases of their own. */
function namedServer(uri: string): TestServer {
  const match = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri);
  if (!match?.[1]) throw new Error('ETHOGRAM_TEST_MONGODB_URI is no mongodb:// URI');
  return { host: match[1], options: match[2] ?? '', named: true, stop: async () => undefined };
}

async function listens(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1');
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (connected) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
