import { describe, expect, it } from 'vitest';
import { Flusher } from '../src/drivers/lmdb/flusher.js';

/** A disk whose flushes end when the test says so. */
function slowDisk() {
  const waiting: { end: () => void; fail: (error: Error) => void }[] = [];
  return {
    flushes: () => waiting.length,
    flush: () =>
      new Promise<void>((resolve, reject) => waiting.push({ end: resolve, fail: reject })),
    end: (at: number) => waiting[at]?.end(),
    fail: (at: number) => waiting[at]?.fail(new Error('disk')),
  };
}

/** Whether a promise has settled once everything that can has happened. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('flushing', () => {
  it('with sync "tick" acknowledges nothing before a flush that began after the commit', async () => {
    const disk = slowDisk();
    const flusher = new Flusher('tick', disk.flush, () => 0);
    flusher.committed();
    const first = flusher.durable();
    flusher.committed();
    const second = flusher.durable();
    await settled(first);
    disk.end(0);
    expect(await settled(first)).toBe(true);
    expect(await settled(second)).toBe(false);
    expect(disk.flushes()).toBe(2);
    disk.end(1);
    await second;
  });

  it('with sync "5s" acknowledges at once, but not while the disk is five seconds behind', async () => {
    const disk = slowDisk();
    let now = 0;
    const flusher = new Flusher('5s', disk.flush, () => now);
    flusher.committed();
    await flusher.durable();
    const flush = flusher.all();
    await settled(flush);
    now = 4_000;
    flusher.committed();
    await flusher.durable();
    now = 5_001;
    flusher.committed();
    const held = flusher.durable();
    expect(await settled(held)).toBe(false);
    disk.end(0);
    await flush;
    await settled(held);
    disk.end(1);
    await held;
    flusher.stop();
  });

  it('with sync "off" never waits', async () => {
    const disk = slowDisk();
    const flusher = new Flusher('off', disk.flush, () => 0);
    flusher.committed();
    await flusher.durable();
    expect(disk.flushes()).toBe(0);
  });

  it('says with the next acknowledgement that a flush failed, and tries again', async () => {
    const disk = slowDisk();
    const flusher = new Flusher('5s', disk.flush, () => 0);
    flusher.committed();
    const flush = flusher.all();
    await settled(flush.catch(() => undefined));
    disk.fail(0);
    await expect(flush).rejects.toThrow('disk');
    await expect(flusher.durable()).rejects.toThrow('disk');
    const again = flusher.all();
    await settled(again);
    disk.end(1);
    await again;
    await flusher.durable();
    flusher.stop();
  });
});
