/**
 * One side of the long window, in a process of its own so that nobody else's memory is counted:
 * `make TICKS` (values to standard output), `idle`, `hold`, `write FOLDER` (values from standard
 * input), `write-small FOLDER` (the same with memory kept small, as `record` does), `fill FOLDER TICKS SECONDS`
 * (no longer than that), `read FOLDER`, `read-small FOLDER` (as `export` does), `import FOLDER FILE`.
 * The output is a `WindowOutcome`, but that of `make`.
 */
import { once } from 'node:events';
import { keepMemorySmall, keepStreamSmall } from '@ethogram/collector';
import { blockBytes, type Tick } from '@ethogram/core';
import { importInto, openStore } from '@ethogram/store';
import { madeRng, makeValues, tickOf, VALUES_PER_TICK } from './made-ticks.js';

const RECORDING = 'day';
/** Handed over at once where a window is only filled: ten minutes. */
const TICKS_PER_FILL = 600;

/** What a side did. */
export interface WindowOutcome {
  readonly values: number;
  readonly seconds: number;
  readonly blocks: number;
  readonly largestBytes: number;
}

const [role, folder = '', count = '0', most = 'Infinity'] = process.argv.slice(2);
const started = process.hrtime.bigint();
const outcome = await run();
const seconds = secondsSince(started);
if (outcome) process.stdout.write(`${JSON.stringify({ ...outcome, seconds })}\n`);

async function run(): Promise<Omit<WindowOutcome, 'seconds'> | undefined> {
  switch (role) {
    case 'make':
      return make(Number(folder));
    case 'idle':
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return { values: 0, blocks: 0, largestBytes: 0 };
    case 'hold':
      return take(async () => undefined);
    case 'write':
      return write(() => undefined);
    case 'write-small':
      return write(keepMemorySmall());
    case 'fill':
      return fill(Number(count), Number(most));
    case 'read':
      return read();
    case 'read-small':
      keepStreamSmall();
      return read();
    case 'import':
      keepStreamSmall();
      return importFile(count);
    default:
      throw new RangeError(`no such side of the window: ${role}`);
  }
}

async function make(ticks: number): Promise<undefined> {
  const rng = madeRng();
  for (let seq = 0; seq < ticks; seq++) {
    const values = new Float64Array(VALUES_PER_TICK);
    makeValues(rng, values);
    if (!process.stdout.write(Buffer.from(values.buffer))) await once(process.stdout, 'drain');
  }
}

/** Takes tick by tick from standard input, as a collector would hand them over. */
async function take(
  store: (tick: Tick) => Promise<unknown>,
): Promise<Omit<WindowOutcome, 'seconds'>> {
  const values = new Float64Array(VALUES_PER_TICK);
  const bytes = new Uint8Array(values.buffer);
  let filled = 0;
  let seq = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) {
      const length = Math.min(chunk.length - at, bytes.length - filled);
      bytes.set(chunk.subarray(at, at + length), filled);
      at += length;
      filled += length;
      if (filled < bytes.length) continue;
      filled = 0;
      await store(tickOf(seq++, values));
    }
  }
  return { values: seq * VALUES_PER_TICK, blocks: 0, largestBytes: 0 };
}

async function write(afterTick: () => void): Promise<Omit<WindowOutcome, 'seconds'>> {
  const store = await openStore(`lmdb:${folder}`, { mode: 'write' });
  const outcome = await take(async (tick) => {
    await store.samples.append(RECORDING, [tick]);
    afterTick();
  });
  await store.samples.seal(RECORDING);
  await store.close();
  return outcome;
}

async function fill(ticks: number, mostSeconds: number): Promise<Omit<WindowOutcome, 'seconds'>> {
  const store = await openStore(`lmdb:${folder}`, { mode: 'write' });
  const rng = madeRng();
  const values = new Float64Array(VALUES_PER_TICK);
  let made = 0;
  while (made < ticks && secondsSince(started) < mostSeconds) {
    const batch: Tick[] = [];
    for (; batch.length < TICKS_PER_FILL && made < ticks; made++) {
      makeValues(rng, values);
      batch.push(tickOf(made, values));
    }
    await store.samples.append(RECORDING, batch);
  }
  await store.samples.seal(RECORDING);
  await store.close();
  return { values: made * VALUES_PER_TICK, blocks: 0, largestBytes: 0 };
}

function secondsSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e9;
}

async function read(): Promise<Omit<WindowOutcome, 'seconds'>> {
  const store = await openStore(`lmdb:${folder}`, { mode: 'read' });
  let values = 0;
  let blocks = 0;
  let largestBytes = 0;
  for await (const block of store.samples.read({ recording: RECORDING })) {
    values += block.values.length;
    blocks++;
    largestBytes = Math.max(largestBytes, blockBytes(block));
  }
  await store.close();
  return { values, blocks, largestBytes };
}

async function importFile(file: string): Promise<Omit<WindowOutcome, 'seconds'>> {
  const store = await openStore(`lmdb:${folder}`, { mode: 'write' });
  const { stored } = await importInto(store.samples, RECORDING, [file], {});
  await store.close();
  return { values: stored, blocks: 0, largestBytes: 0 };
}
