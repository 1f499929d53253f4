import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@ethogram/testkit/bed';
import { MongoClient } from 'mongodb';

/** What finds the server of the tests; plain JavaScript, outside of what is compiled here. */
interface TestServer {
  prepareTestServer(): Promise<{ uri: string } | { executable: string } | { reason: string }>;
}

const SETUP = new URL('../../../../packages/setup/src/test-server.mjs', import.meta.url);
const READY_WITHIN_MS = 60_000;

/** A server to measure on; `uri` holds `DATABASE` in the place of the database. */
export interface MongodbServer {
  readonly uri: string;
  readonly version: string;
  stop(): Promise<void>;
}

/**
 * The server of `ETHOGRAM_TEST_MONGODB_URI`, else that of the tests, started on a free port.
 * @returns why there is none, where neither is to be had
 */
export async function startMongodb(): Promise<MongodbServer | { readonly reason: string }> {
  const { prepareTestServer } = (await import(SETUP.href)) as TestServer;
  const prepared = await prepareTestServer();
  if ('reason' in prepared) return prepared;
  if ('uri' in prepared) {
    const uri = prepared.uri.replace(/^([a-z+]+:\/\/[^/?]+)(?:\/[^?]*)?/, '$1/DATABASE');
    return { uri, version: await versionOf(uri), stop: async () => undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), 'ethogram-bench-mongodb-'));
  const port = await freePort();
  const where = ['--host', '127.0.0.1', '--port', `${port}`, '--storage-path', folder];
  const child = spawn(prepared.executable, [...where, '--log-level', 'ERROR'], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  const uri = `mongodb://127.0.0.1:${port}/DATABASE?directConnection=true`;
  try {
    return { uri, version: `SecantusDB as ${await versionOf(uri)}`, stop };
  } catch (error) {
    await stop();
    return { reason: `the test server did not answer: ${String(error)}` };
  }
}

async function versionOf(uri: string): Promise<string> {
  const client = new MongoClient(uri.replace('/DATABASE', '/'), {
    serverSelectionTimeoutMS: READY_WITHIN_MS,
  });
  try {
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    return String(version);
  } finally {
    await client.close();
  }
}
