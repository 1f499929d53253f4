import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { seededRng } from '@ethogram/core';
import { openStore, type Store } from '@ethogram/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** `npm run soak` asks for hundreds. */
const KILLS = Number(process.env.ETHOGRAM_TEST_KILLS ?? 40);
const WRITER = fileURLToPath(new URL('./lmdb-writer.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../packages/store/dist/index.js', import.meta.url));

describe('an LMDB store whose writer is killed', () => {
  let path = '';
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'ethogram-kill-'));
    expect(existsSync(BUILT), 'the child process runs what `npm run build` built').toBe(true);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    await rm(path, { recursive: true, force: true });
  });

  /** Starts a process on the store; counts what it acknowledges. */
  const start = async (mode: string, first = 0) => {
    const child = spawn(process.execPath, [WRITER, path, mode, `${first}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const acknowledged = { last: first - 1 };
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const opened = once(lines, 'line');
    lines.on('line', (line) => {
      if (line !== 'open') acknowledged.last = Number(line);
    });
    await Promise.race([
      opened,
      once(child, 'exit').then(([code]) => {
        throw new Error(`the writer ended with ${code} before it opened the store`);
      }),
    ]);
    return { child, acknowledged, drained: once(lines, 'close') };
  };

  it(`loses no acknowledged tick and doubles none, ${KILLS} times over`, async () => {
    const rng = seededRng(20260105);
    let next = 0;
    for (let i = 0; i < KILLS; i++) {
      const { child, acknowledged, drained } = await start('write', next);
      const wanted = next + rng.integer(150);
      while (acknowledged.last < wanted) await pause(1);
      await pause(rng.integer(5));
      await kill(child);
      await drained;
      const reader = await openStore(`lmdb:${path}`, { mode: 'read' });
      const seqs = await readSeqs(reader);
      const [info] = await reader.samples.recordings();
      await reader.close();
      expect(seqs.length, `after kill ${i}`).toBeGreaterThan(acknowledged.last);
      expect(seqs).toEqual(seqs.map((_, at) => at));
      expect(info?.ticks).toBe(seqs.length);
      next = seqs.length;
    }
    expect(next).toBeGreaterThan(KILLS * 20);
  });

  it('can be written by the next at once, and by nobody while the writer lives', async () => {
    const { child } = await start('write');
    await expect(openStore(`lmdb:${path}`, { mode: 'write' })).rejects.toMatchObject({
      code: 'STORE-1003',
      exitCode: 6,
      details: { pid: child.pid },
    });
    await kill(child);
    const store = await openStore(`lmdb:${path}`, { mode: 'write' });
    await store.samples.seal('live');
    await store.close();
  });

  it('is read and annotated by others while the writer writes', async () => {
    const { acknowledged } = await start('write');
    const reader = await openStore(`lmdb:${path}`, { mode: 'annotate' });
    let before = 0;
    for (let i = 0; i < 20; i++) {
      const least = acknowledged.last;
      const seqs = await readSeqs(reader);
      expect(seqs).toEqual(seqs.map((_, at) => at));
      expect(seqs.length).toBeGreaterThan(least);
      expect(seqs.length).toBeGreaterThanOrEqual(before);
      before = seqs.length;
      await reader.events.put({ id: `e${i}`, kind: 'anomaly', host: 'alpha', ts: i, body: '' });
      await pause(10);
    }
    expect(await reader.events.list({ kind: 'anomaly' })).toHaveLength(20);
    await reader.close();
  });

  it('is not compacted under a reader in another process', async () => {
    const store = await openStore(`lmdb:${path}`, { mode: 'write' });
    const { child } = await start('read');
    await expect(store.maintenance.compact()).rejects.toMatchObject({
      code: 'STORE-1015',
      details: { pids: [child.pid] },
    });
    await kill(child);
    await store.maintenance.compact();
    await store.close();
  });
});

async function readSeqs(store: Store): Promise<number[]> {
  const seqs: number[] = [];
  for await (const block of store.samples.read({ recording: 'live' })) seqs.push(...block.seq);
  return seqs;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
