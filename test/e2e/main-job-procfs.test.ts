import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, untilListening } from '@ethogram/testkit/bed';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleTree } from '../../packages/packaging/src/assemble.mjs';
import { ETHOGRAM, type Finished, jsonLines } from './binary.js';

/** Where the tests run as root, everything here runs as nobody; else as whoever runs them. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
const identity = isRoot ? NOBODY : {};
const REDIS = basename(realpathSync('/usr/bin/redis-server'));
/** Asks redis over one connection, at a pace that changes. */
const CLIENT = `
import random, socket, sys, time
random.seed(7)
redis = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
pause = 0.02
for turn in range(10**9):
    if turn % 50 == 0: pause = random.uniform(0.005, 0.05)
    redis.sendall(b"*2\\r\\n$4\\r\\nINCR\\r\\n$4\\r\\nhits\\r\\n")
    redis.recv(100)
    time.sleep(pause)
`;

let folder: string;
const children: ChildProcess[] = [];

function begin(command: string, ...args: string[]): ChildProcess {
  const env = { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' };
  const child = spawn(command, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...identity,
  });
  children.push(child);
  return child;
}

function ended(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

let binary = ETHOGRAM;
const launch = (...args: string[]) => begin(process.execPath, binary, ...args);
const ethogram = (...args: string[]) => ended(launch(...args));

describe('the main job without root, on procfs', () => {
  let store: readonly string[];
  let model: string;
  let recorded: Finished;
  let trained: Finished;
  let live: Finished;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-unprivileged-'));
    const home = join(folder, 'home');
    mkdirSync(home);
    chmodSync(folder, 0o777);
    chmodSync(home, 0o777);
    // A checkout may lie where only its owner can read.
    if ((await ethogram('--version')).code !== 0) {
      binary = join(folder, 'product/bin/ethogram.js');
      assembleTree(join(folder, 'product'));
    }
    store = ['--store', `lmdb:${join(home, 'store')}`];
    model = join(home, 'model.json');
    const port = await freePort();
    const redis = begin(
      'redis-server',
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--save',
      '',
    );
    await untilListening(port, () => `redis ended with ${redis.exitCode}`);
    begin('python3', '-c', CLIENT, String(port));

    // Whatever it costs on a busy machine: a longer interval would leave too little to learn from.
    const pace = ['--backend', 'procfs', '--interval', '250ms', '--max-cpu', '100%'];
    recorded = await ethogram(
      ...['record', ...store, ...pace, '--recording', 'normal', '--duration', '18s'],
    );
    trained = await ethogram('train', ...store, '--recording', 'normal', '--out', model);
    const scorer = launch('score', ...store, ...pace, '--model', model, '--live', '-o', 'jsonl');
    const scored = ended(scorer);
    await delay(4000);
    begin('sh', '-c', 'while :; do :; done');
    await delay(5000);
    scorer.kill('SIGINT');
    live = await scored;
  }, 300_000);

  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('records as a user without any right, and says what it cannot see', () => {
    expect(isRoot ? NOBODY.uid : userInfo().uid).not.toBe(0);
    expect(recorded.code, recorded.stderr).toBe(0);
    expect(jsonLines<{ backend: string }>(recorded.stdout)[0]).toMatchObject({ backend: 'procfs' });
    expect(recorded.stderr).toMatch(/COLLECT-2004/);
  });

  test('learns a provisional model that knows the services and says what is missing', () => {
    expect(trained.code, trained.stderr).toBe(0);
    const text = readFileSync(model, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ regime: 'provisional' });
    expect(text).toContain(`process:${REDIS}`);
    expect(trained.stdout + trained.stderr).toMatch(/minutes? (of|for|more)/);
  });

  test('names a program that was never there and burns the processor', () => {
    const rows = jsonLines<{ source: { name: string }; kinds: string[] }>(live.stdout);
    const shells = rows.filter(({ source }) => source?.name === 'dash' || source?.name === 'sh');
    expect(shells.length, live.stdout + live.stderr).toBeGreaterThan(0);
    expect(shells[0]?.kinds).toContain('novel');
  });

  test('draws that the client depends on redis, observed in its sockets', async () => {
    const drawn = await ethogram('graph', '--model', model, '--format', 'json');
    expect(drawn.code, drawn.stderr).toBe(0);
    const { edges } = JSON.parse(drawn.stdout) as {
      edges: { source: string; target: string; attributes: { evidence: string } }[];
    };
    const found = edges.filter(
      ({ source, target }) => /python3/.test(source) && target === `process:${REDIS}`,
    );
    expect(found, drawn.stdout).toHaveLength(1);
    expect(found[0]?.attributes.evidence).toMatch(/observed|both/);
  });
});
