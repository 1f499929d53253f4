import { type Block, packTicks, type Tick, type TimeRange, tickIdentity } from '@ethogram/core';
import { mergeBlocks, mergeTicks, packRuns } from '../../blocks/merge-ticks.js';
import { readQuery } from '../../blocks/read-query.js';
import { sliceByTime } from '../../blocks/slice-block.js';
import { encodeTick } from '../../chunk/chunk-codec.js';
import { decodeSlot, encodeSlot, LONGEST_SLOT_MS, slotStart } from '../../chunk/slot-value.js';
import { storeErrors } from '../../errors.js';
import { compareRecordings, groupByHost, type RecordingState } from '../../recording-state.js';
import type { Part } from '../../retention/retain.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { checkName, checkTicks } from '../../validate-tick.js';
import type { LmdbEnvironment } from './environment.js';
import { keys, under } from './keys.js';
import { listRecordings, loadState, saveState } from './recording-records.js';
import { sealBefore } from './sealing.js';
import { isEmpty, joinTicks, nextPiece, type Piece } from './slots.js';
import { bySlot, type TickSlot } from './slots-of-ticks.js';

/** Single ticks and chunks committed together; bounds how long an import holds the write lock. */
const TICKS_PER_COMMIT = 256;
const CHUNKS_PER_COMMIT = 64;

/** Samples in an LMDB environment: single ticks at first, chunks once their slot has passed. */
export class LmdbSamples implements SampleStore {
  readonly #environment: LmdbEnvironment;
  readonly #repack: (recording: string) => Promise<unknown>;
  /** What the writer remembers of each part, so that appending reads nothing. */
  readonly #states = new Map<string, RecordingState>();
  /** The slot that each part last appended to. */
  readonly #openSlots = new Map<string, number>();
  /** The last call of each sort that is under way; the next waits for it. */
  #appending: Promise<unknown> = Promise.resolve();
  #sealing: Promise<unknown> = Promise.resolve();

  /** @param repack puts the old chunks of a recording together; called every ten minutes of ticks */
  constructor(environment: LmdbEnvironment, repack: (recording: string) => Promise<unknown>) {
    this.#environment = environment;
    this.#repack = repack;
  }

  async append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    this.#mayWrite();
    checkName('recording', recording);
    checkTicks(ticks);
    const appended = this.#appending.then(async () => {
      let stored = 0;
      for (const [host, group] of groupByHost(ticks)) {
        stored += await this.#appendPart(recording, host, group);
      }
      return { stored, repeated: ticks.length - stored };
    });
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  async *read(query: ReadQuery, options: { signal?: AbortSignal } = {}): AsyncGenerator<Block> {
    const recordings = await this.recordings();
    yield* readQuery(
      query,
      recordings,
      (info, range) => this.#readPart(info, range),
      options.signal,
    );
  }

  async recordings(): Promise<readonly RecordingInfo[]> {
    return this.#environment.snapshot(listRecordings).sort(compareRecordings);
  }

  async seal(recording: string): Promise<void> {
    this.#mayWrite();
    for (const { name, host } of await this.recordings()) {
      if (name === recording) await this.#seal(name, host, Number.MAX_SAFE_INTEGER);
    }
    await this.#environment.durable();
  }

  async remove(recording: string): Promise<boolean> {
    this.#mayWrite();
    await this.#appending;
    await this.#sealing;
    const parts = (await this.recordings()).filter((info) => info.name === recording);
    this.#environment.commit((db) => {
      for (const letter of ['r', 's', 'i', 'c', 't']) {
        for (const key of [...db.getKeys(under(letter, recording))]) db.remove(key);
      }
    });
    for (const { host } of parts) {
      this.#states.delete(partKey(recording, host));
      this.#openSlots.delete(partKey(recording, host));
    }
    await this.#environment.durable();
    return parts.length > 0;
  }

  /** Appends ticks of one host; how many were new. */
  async #appendPart(recording: string, host: string, ticks: readonly Tick[]): Promise<number> {
    let stored = 0;
    const slots = bySlot(ticks);
    const open = slots.pop()?.ticks ?? [];
    for (const passed of groups(slots, CHUNKS_PER_COMMIT)) {
      this.#environment.checkRoom();
      stored += await this.exclusively(() => this.#putChunks(recording, host, passed));
      await this.#environment.durable();
    }
    for (const group of groups(open, TICKS_PER_COMMIT)) {
      this.#environment.checkRoom();
      stored += this.#put(recording, host, group);
      await this.#environment.durable();
    }
    await this.#sealPassed(recording, host);
    return stored;
  }

  /**
   * Commits ticks as the chunks of their slots, all in one transaction; those of slots that hold
   * something already, or that are there already, each for itself. How many were new.
   */
  async #putChunks(recording: string, host: string, slots: readonly TickSlot[]): Promise<number> {
    const state = this.#state(recording, host);
    const seen = new Set<string>();
    const isNew = (tick: Tick): boolean =>
      !state.runs(tick.boot).has(tick.seq) && !seen.has(tickIdentity(tick));
    const chunks: { start: number; value: Buffer }[] = [];
    const whole: Tick[] = [];
    const single: Tick[] = [];
    for (const { start, lengthMs, ticks } of slots) {
      const free = this.#environment.snapshot((db) =>
        isEmpty(db, recording, host, { from: start, to: start + lengthMs }),
      );
      if (!free || !ticks.every(isNew)) {
        single.push(...ticks);
        continue;
      }
      for (const tick of ticks) seen.add(tickIdentity(tick));
      const blocks = packRuns(mergeTicks(ticks));
      const value = await encodeSlot(blocks, { lengthMs, tierMs: 0 });
      chunks.push({ start, value });
      whole.push(...ticks);
    }
    const adds = chunks.reduce((sum, { value }) => sum + value.length, 0);
    let stored = this.#commit(state, whole, adds, (db) => {
      for (const { start, value } of chunks) db.put(keys.chunk(recording, host, start), value);
    });
    for (const group of groups(single, TICKS_PER_COMMIT)) {
      stored += this.#put(recording, host, group);
    }
    return stored;
  }

  /** Commits ticks of one host under keys of their own; how many were new. */
  #put(recording: string, host: string, ticks: readonly Tick[]): number {
    const state = this.#state(recording, host);
    const missing = ticks.filter((tick) => !state.runs(tick.boot).has(tick.seq));
    const encoded = new Map(
      missing.map((tick) => [tick, Buffer.from(encodeTick(packTicks([tick])))] as const),
    );
    const adds = [...encoded.values()].reduce((sum, { length }) => sum + length, 0);
    return this.#commit(state, missing, adds, (db, fresh) => {
      for (const tick of fresh) {
        const key = keys.tick(recording, host, tick.ts, tick.boot, tick.seq);
        db.put(key, encoded.get(tick) as Buffer);
      }
    });
  }

  /** Commits what is new among ticks together with what the recording knows of itself. */
  #commit(
    state: RecordingState,
    ticks: readonly Tick[],
    adds: number,
    write: (db: LmdbEnvironment['db'], fresh: readonly Tick[]) => void,
  ): number {
    const key = partKey(state.recording, state.host);
    const sourcesBefore = state.sources.size;
    const fresh = ticks.filter((tick) => state.admit(tick));
    if (fresh.length === 0) return 0;
    try {
      this.#environment.commit(
        (db) => {
          write(db, fresh);
          saveState(db, state, {
            boots: new Set(fresh.map((tick) => tick.boot)),
            sources: state.sources.size !== sourcesBefore,
          });
        },
        { adds },
      );
    } catch (error) {
      // The state has counted ticks that were not stored: forget it, the next call reads it anew.
      this.#states.delete(key);
      throw error;
    }
    this.#states.set(key, state);
    return fresh.length;
  }

  #state(recording: string, host: string): RecordingState {
    return (
      this.#states.get(partKey(recording, host)) ??
      this.#environment.snapshot((db) => loadState(db, recording, host))
    );
  }

  /** Seals the slots before the newest one, once per slot. */
  async #sealPassed(recording: string, host: string): Promise<void> {
    const key = partKey(recording, host);
    const newest = slotStart(this.#states.get(key)?.info.to ?? 0);
    const before = this.#openSlots.get(key);
    if (before === newest) return;
    this.#openSlots.set(key, newest);
    await this.#seal(recording, host, newest);
    if (before === undefined) return;
    const tenMinutes = slotStart(newest, LONGEST_SLOT_MS);
    if (slotStart(before, LONGEST_SLOT_MS) !== tenMinutes) await this.#repack(recording);
  }

  #seal(recording: string, host: string, before: number): Promise<void> {
    return this.exclusively(() => sealBefore(this.#environment, recording, host, before));
  }

  /** Runs something that replaces chunks, one after the other with sealing. */
  exclusively<T>(change: () => Promise<T>): Promise<T> {
    this.#mayWrite();
    const done = this.#sealing.then(change);
    this.#sealing = done.catch(() => undefined);
    return done;
  }

  /** Counts ticks out that retention deleted or merged; within its transaction. */
  forget(db: LmdbEnvironment['db'], part: Part, change: { ticks: number; from?: number }): void {
    const state =
      this.#states.get(partKey(part.name, part.host)) ?? loadState(db, part.name, part.host);
    state.forget(change);
    saveState(db, state, { boots: [], sources: false });
  }

  async *#readPart(part: RecordingInfo, range: TimeRange): AsyncGenerator<Block> {
    let from = range.from;
    for (;;) {
      const piece = this.#environment.snapshot((db) =>
        nextPiece(db, part.name, part.host, { from, to: range.to }),
      );
      if (!piece) return;
      const until = Math.max(from, piece.until);
      let last = from - 1;
      for (const block of blocksOf(piece)) {
        const wanted = sliceByTime(block, from, range.to);
        if (!wanted) continue;
        last = wanted.ts.at(-1) as number;
        yield wanted;
      }
      // A chunk says when its last tick was; one without ticks in range must not be read again.
      from = Math.max(until, last + 1);
      // Decoding a chunk takes milliseconds: let others have the thread in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #mayWrite(): void {
    if (this.#environment.db && this.#environment.mode === 'write') return;
    throw storeErrors.make(
      'STORE-1007',
      `${this.#environment.uri} was opened with mode "${this.#environment.mode}"`,
    );
  }
}

/** The blocks of a piece in order; those of a chunk alone are decoded when their turn comes. */
function blocksOf(piece: Piece): Iterable<Block> {
  const { chunk, ticks } = piece;
  if (ticks.length === 0) return chunk ? decodeSlot(chunk) : [];
  const single = joinTicks(ticks);
  return chunk ? mergeBlocks([...decodeSlot(chunk), ...single]) : single;
}

function partKey(recording: string, host: string): string {
  return JSON.stringify([recording, host]);
}

/** A list in pieces of at most a length. */
function* groups<T>(list: readonly T[], most: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += most) yield list.slice(at, at + most);
}
