import type { Rng } from '@ethogram/core';
import type { Step } from './write-log.js';

const PAGE = 4096;
const SECTOR = 512;

/** What a disk may hold after a power cut. */
export interface CrashImage {
  readonly bytes: Buffer;
  /** The newest tick that was acknowledged before the cut; −1 without one. */
  readonly acknowledged: number;
}

/**
 * The file after a power cut before step `cut`: all that a completed flush covers or that was
 * written synchronously, and of every page that was written since any of its later versions, now
 * and then torn between sectors (512 bytes are written whole or not at all).
 * @param share of the pages that got further than what is certain
 */
export function crashImage(
  steps: readonly Step[],
  cut: number,
  share: number,
  rng: Rng,
): CrashImage {
  const past = steps.slice(0, cut);
  const certain = lastFlush(past);
  const pages = new Map<number, Buffer[]>();
  let acknowledged = -1;
  for (const [i, step] of past.entries()) {
    if (step.kind === 'acknowledged') acknowledged = step.seq;
    if (step.kind !== 'write') continue;
    for (const [number, piece] of byPage(step)) {
      const versions = pages.get(number) ?? [Buffer.alloc(0)];
      const next = overwrite(versions.at(-1) as Buffer, piece);
      // What is on the disk for certain can no longer be older.
      pages.set(number, i < certain || step.durable ? [next] : [...versions, next]);
    }
  }
  const held = [...pages].map(
    ([number, versions]) => [number, pick(versions, share, rng)] as const,
  );
  const length = held.reduce((most, [number, page]) => {
    return page.length > 0 ? Math.max(most, number * PAGE + page.length) : most;
  }, 0);
  const bytes = Buffer.alloc(length);
  for (const [number, page] of held) page.copy(bytes, number * PAGE);
  return { bytes, acknowledged };
}

/** Where the last flush that was done began; writes before it are on the disk. */
function lastFlush(past: readonly Step[]): number {
  let certain = 0;
  const begun = new Map<number, number>();
  for (const [i, step] of past.entries()) {
    if (step.kind === 'sync begins') begun.set(step.call, i);
    if (step.kind === 'sync ends') certain = Math.max(certain, begun.get(step.call) ?? 0);
  }
  return certain;
}

function* byPage({
  at,
  bytes,
}: {
  readonly at: number;
  readonly bytes: Buffer;
}): Generator<readonly [page: number, piece: { readonly from: number; readonly bytes: Buffer }]> {
  for (let done = 0; done < bytes.length; ) {
    const from = (at + done) % PAGE;
    const length = Math.min(PAGE - from, bytes.length - done);
    yield [Math.floor((at + done) / PAGE), { from, bytes: bytes.subarray(done, done + length) }];
    done += length;
  }
}

function overwrite(page: Buffer, piece: { readonly from: number; readonly bytes: Buffer }): Buffer {
  const next = Buffer.alloc(Math.max(page.length, piece.from + piece.bytes.length));
  page.copy(next);
  piece.bytes.copy(next, piece.from);
  return next;
}

function pick(versions: readonly Buffer[], share: number, rng: Rng): Buffer {
  const [first] = versions as [Buffer];
  if (versions.length === 1 || rng.next() >= share) return first;
  const one = versions[1 + rng.integer(versions.length - 1)] as Buffer;
  if (rng.next() < 0.7) return one;
  const other = versions[rng.integer(versions.length)] as Buffer;
  const torn = Buffer.alloc(Math.max(one.length, other.length));
  for (let at = 0; at < torn.length; at += SECTOR) {
    const from = rng.next() < 0.5 ? one : other;
    from.copy(torn, at, at, Math.min(from.length, at + SECTOR));
  }
  return torn;
}

/**
 * Gives the image another boot's mark: LMDB takes a newest state that was never flushed where the
 * boot is still the one that wrote it, since then the system's memory has survived.
 * @param bootId `/proc/sys/kernel/random/boot_id`; LMDB keeps its first 32 bits
 * @returns how many marks there were
 */
export function reboot(image: Buffer, bootId: string): number {
  const mark = Buffer.alloc(8);
  mark.writeBigInt64LE(BigInt(`0x${bootId.slice(0, 8)}`));
  let marks = 0;
  for (let at = image.indexOf(mark); at >= 0 && at < 2 * PAGE; at = image.indexOf(mark, at + 8)) {
    image.writeUInt8(image.readUInt8(at) ^ 1, at);
    marks++;
  }
  return marks;
}
