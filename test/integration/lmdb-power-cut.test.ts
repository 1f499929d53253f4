import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRng, type Tick, unpackTicks } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashImage, reboot } from './power-cut/crash-image.js';
import { readWriteLog, type Step, TRACED } from './power-cut/write-log.js';

/** Per sync mode. The variable is that of the kills, since both are raised for the soak. */
const IMAGES = Math.ceil(Number(process.env.ETHOGRAM_TEST_KILLS ?? 40) / 3);
const WRITER = fileURLToPath(new URL('./lmdb-writer.mjs', import.meta.url));
/** Half an hour at a tick every ten seconds: sealing and re-packing are in it. */
const TICKS = 190;
const STRACE = spawnSync('strace', ['-V']).status === 0;
if (!STRACE) {
  process.stderr.write('power cuts: skipped, since strace is missing (apt-get install strace)\n');
}

describe.skipIf(!STRACE)('an LMDB store after a power cut', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ethogram-cut-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What a writer does to its data file, until it ends without closing it. */
  async function record(sync: string, pauseMs: string): Promise<readonly Step[]> {
    const path = join(folder, `written-${sync}`);
    const log = join(folder, `${sync}.strace`);
    await new Promise((resolve) => {
      const writer = [process.execPath, WRITER, path, 'write', '0', sync, `${TICKS}`, pauseMs];
      const strace = ['-f', '-y', '-xx', '-s', '16777216', '-o', log, '-e', `trace=${TRACED}`];
      // It kills itself, which is the point.
      execFile('strace', [...strace, ...writer], () => resolve(undefined));
    });
    const steps = readWriteLog(await readFile(log, 'latin1'), join(path, 'data.mdb'));
    const written = await readFile(join(path, 'data.mdb'));
    const all = crashImage(steps, steps.length, 1, { ...seededRng(1), next: () => 0.5 });
    expect(all.acknowledged).toBe(TICKS - 1);
    expect(all.bytes.length, 'the log holds every write').toBe(written.length);
    return steps;
  }

  const tick = (seq: number): Tick => ({
    host: 'alpha',
    boot: 'later',
    seq,
    ts: 1_767_700_000_000 + seq * 1000,
    intervalNs: 1e9,
    backend: 'ebpf',
    blind: [],
    samples: [{ kind: 'process', name: 'worker', values: new Map([['cpu.ns', seq]]) }],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
  });

  /** Opens an image as the product does, reads all of it, and goes on writing to it. */
  async function survive(image: Buffer): Promise<number> {
    const path = join(folder, 'image');
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
    if (image.length > 0) await writeFile(join(path, 'data.mdb'), image);
    const store = await openStore(`lmdb:${path}`, { mode: 'write', sync: 'off' });
    const read = async (): Promise<Tick[]> => {
      const ticks: Tick[] = [];
      for await (const block of store.samples.read({ recording: 'live' })) {
        ticks.push(...unpackTicks(block));
      }
      return ticks;
    };
    const found = await read();
    for (const [seq, { samples }] of found.entries()) {
      expect(found[seq]?.seq).toBe(seq);
      const values = { 'syscall.read.calls': 1 + (seq % 7), 'syscall.write.calls': 1 + (seq % 3) };
      expect(Object.fromEntries(samples[0]?.values ?? [])).toMatchObject(values);
    }
    expect((await store.samples.recordings())[0]?.ticks ?? 0).toBe(found.length);
    const more = Array.from({ length: 70 }, (_, seq) => tick(seq));
    for (const part of [more.slice(0, 35), more.slice(35)]) {
      await store.samples.append('live', part);
    }
    await store.samples.seal('live');
    expect(await read()).toHaveLength(found.length + 70);
    await store.close();
    return found.length;
  }

  it.each([
    ['tick', '0'],
    ['5s', '30'],
    ['off', '0'],
  ])(
    `with --sync %s opens, holds no damage and every acknowledged tick, ${IMAGES} times over`,
    async (sync, pauseMs) => {
      const steps = await record(sync, pauseMs);
      const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
      const rng = seededRng(20260105);
      let newest = -1;
      let marks = 0;
      for (let i = 0; i < IMAGES; i++) {
        const cut = rng.integer(steps.length + 1);
        const share = [0, 0.1, 0.5, 0.9, 1][i % 5] as number;
        const image = crashImage(steps, cut, share, rng);
        marks += reboot(image.bytes, bootId);
        const kept = await survive(image.bytes).catch((error: unknown) => {
          throw new Error(`after a cut before step ${cut}, share ${share}`, { cause: error });
        });
        // More than `5s` and `off` promise: lmdb flushes each commit (docs/data-model.md).
        expect(kept, `step ${cut}, share ${share}`).toBeGreaterThan(image.acknowledged);
        newest = Math.max(newest, image.acknowledged);
      }
      expect(marks, 'the images say which boot wrote them').toBeGreaterThan(0);
      expect(newest, 'some images lie in the midst of the recording').toBeGreaterThan(TICKS / 4);
    },
  );
});
