import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blockBytes, seededRng, type Tick } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { say, short, table, watchPrivateMemory } from './report.js';

const SOURCES = 200;
const METRICS = 10;
const TICKS_PER_CALL = 60;
const START = 1_767_600_000_000;

interface Outcome {
  readonly values: number;
  readonly seconds: number;
  readonly peakMb: number;
  readonly blocks: number;
  readonly largestMb: number;
}

/** Writes, then reads block by block, a long window, each in a process of its own for its memory. */
export async function measureLongWindow(hours: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ethogram-bench-'));
  try {
    const wrote = await inChild('write', folder, hours);
    const read = await inChild('read', folder, hours);
    say(`${hours} h × ${SOURCES} sources × ${METRICS} metrics, one tick a second`);
    table(
      ['', 'values', 'values/s', 'private memory', 'blocks', 'largest block'],
      [
        [
          'written',
          short(wrote.values),
          short(wrote.values / wrote.seconds),
          `${wrote.peakMb.toFixed(0)} MB`,
          '',
          '',
        ],
        [
          'read',
          short(read.values),
          short(read.values / read.seconds),
          `${read.peakMb.toFixed(0)} MB`,
          `${read.blocks}`,
          `${read.largestMb.toFixed(2)} MB`,
        ],
      ],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inChild(what: string, folder: string, hours: number): Promise<Outcome> {
  const child = fork(fileURLToPath(import.meta.url), [what, folder, `${hours}`]);
  const [outcome] = (await once(child, 'message')) as [Outcome];
  await once(child, 'exit');
  return outcome;
}

async function write(folder: string, hours: number): Promise<Omit<Outcome, 'peakMb' | 'seconds'>> {
  const store = await openStore(`lmdb:${folder}`, { mode: 'write' });
  const rng = seededRng(1);
  const ticks = hours * 3600;
  for (let first = 0; first < ticks; first += TICKS_PER_CALL) {
    const batch = Array.from({ length: TICKS_PER_CALL }, (_, i) => busyTick(first + i, rng.next));
    await store.samples.append('day', batch);
  }
  await store.samples.seal('day');
  await store.close();
  return { values: ticks * SOURCES * METRICS, blocks: 0, largestMb: 0 };
}

/** Counters around a mean of their own, a third of them steady. */
function busyTick(seq: number, random: () => number): Tick {
  const samples = Array.from({ length: SOURCES }, (_, s) => ({
    kind: 'process' as const,
    name: `service-${s}`,
    values: new Map(
      Array.from({ length: METRICS }, (_, m): [string, number] => {
        const mean = 4 ** (m % 6);
        return [`syscall.call_${m}.calls`, 1 + Math.floor(m % 3 === 0 ? mean : mean * random())];
      }),
    ),
  }));
  return {
    host: 'alpha',
    boot: 'boot',
    seq,
    ts: START + seq * 1000,
    intervalNs: 1e9,
    backend: 'ebpf',
    blind: [],
    samples,
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
  };
}

async function read(folder: string): Promise<Omit<Outcome, 'peakMb' | 'seconds'>> {
  const store = await openStore(`lmdb:${folder}`, { mode: 'read' });
  let values = 0;
  let blocks = 0;
  let largest = 0;
  for await (const block of store.samples.read({ recording: 'day' })) {
    values += block.values.length;
    blocks++;
    largest = Math.max(largest, blockBytes(block));
  }
  await store.close();
  return { values, blocks, largestMb: largest / 1e6 };
}

const [what, folder, hours] = process.argv.slice(2);
if (process.send && folder && (what === 'write' || what === 'read')) {
  const peakMb = watchPrivateMemory();
  const start = process.hrtime.bigint();
  const outcome = await (what === 'write' ? write(folder, Number(hours)) : read(folder));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  process.send({ ...outcome, seconds, peakMb: peakMb() } satisfies Outcome);
  process.disconnect();
}
