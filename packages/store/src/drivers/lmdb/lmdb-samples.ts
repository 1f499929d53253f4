import { type Block, packTicks, type Tick, type TimeRange } from '@ethogram/core';
import { mergeBlocks } from '../../blocks/merge-ticks.js';
import { readQuery } from '../../blocks/read-query.js';
import { sliceByTime } from '../../blocks/slice-block.js';
import { encodeTick } from '../../chunk/chunk-codec.js';
import { decodeSlot, slotStart } from '../../chunk/slot-value.js';
import { storeErrors } from '../../errors.js';
import { compareRecordings, groupByHost, type RecordingState } from '../../recording-state.js';
import type { Part } from '../../retention/retain.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { checkName, checkTicks } from '../../validate-tick.js';
import type { LmdbEnvironment } from './environment.js';
import { keys, under } from './keys.js';
import { listRecordings, loadState, saveState } from './recording-records.js';
import { sealBefore } from './sealing.js';
import { joinTicks, nextPiece } from './slots.js';

/** Ticks committed together; bounds how long a bulk import holds the write lock. */
const TICKS_PER_COMMIT = 256;

/** Samples in an LMDB environment: single ticks at first, chunks once their slot has passed. */
export class LmdbSamples implements SampleStore {
  readonly #environment: LmdbEnvironment;
  /** What the writer remembers of each part, so that appending reads nothing. */
  readonly #states = new Map<string, RecordingState>();
  /** The slot that each part last appended to. */
  readonly #openSlots = new Map<string, number>();
  #sealing: Promise<void> = Promise.resolve();

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
  }

  async append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    this.#mayWrite();
    checkName('recording', recording);
    checkTicks(ticks);
    let stored = 0;
    for (const [host, group] of groupByHost(ticks)) {
      for (let at = 0; at < group.length; at += TICKS_PER_COMMIT) {
        this.#environment.checkRoom();
        stored += this.#put(recording, host, group.slice(at, at + TICKS_PER_COMMIT));
        await this.#environment.durable();
        await this.#sealPassed(recording, host);
      }
    }
    return { stored, repeated: ticks.length - stored };
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

  /** Commits ticks of one host under keys of their own; how many were new. */
  #put(recording: string, host: string, ticks: readonly Tick[]): number {
    const key = partKey(recording, host);
    const state =
      this.#states.get(key) ?? this.#environment.snapshot((db) => loadState(db, recording, host));
    const sourcesBefore = state.sources.size;
    const fresh = ticks.filter((tick) => state.admit(tick));
    if (fresh.length === 0) return 0;
    const encoded = fresh.map((tick) => Buffer.from(encodeTick(packTicks([tick]))));
    try {
      this.#environment.commit((db) => {
        for (const [i, tick] of fresh.entries()) {
          db.put(keys.tick(recording, host, tick.ts, tick.boot, tick.seq), encoded[i] as Buffer);
        }
        saveState(db, state, {
          boots: new Set(fresh.map((tick) => tick.boot)),
          sources: state.sources.size !== sourcesBefore,
        });
      });
    } catch (error) {
      // The state has counted ticks that were not stored: forget it, the next call reads it anew.
      this.#states.delete(key);
      throw error;
    }
    this.#states.set(key, state);
    return fresh.length;
  }

  /** Seals the slots before the newest one, once per slot. */
  async #sealPassed(recording: string, host: string): Promise<void> {
    const key = partKey(recording, host);
    const newest = slotStart(this.#states.get(key)?.info.to ?? 0);
    if (this.#openSlots.get(key) === newest) return;
    this.#openSlots.set(key, newest);
    await this.#seal(recording, host, newest);
  }

  #seal(recording: string, host: string, before: number): Promise<void> {
    const sealed = this.#sealing.then(() => sealBefore(this.#environment, recording, host, before));
    this.#sealing = sealed.catch(() => undefined);
    return sealed;
  }

  /** Runs something that replaces chunks, one after the other with sealing. */
  exclusively<T>(change: () => Promise<T>): Promise<T> {
    this.#mayWrite();
    const done = this.#sealing.then(change);
    this.#sealing = done.then(
      () => undefined,
      () => undefined,
    );
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
      const blocks = piece.chunk ? decodeSlot(piece.chunk) : [];
      if (piece.ticks.length > 0) blocks.push(...joinTicks(piece.ticks));
      const wanted = blocks.flatMap((block) => sliceByTime(block, from, range.to) ?? []);
      for (const block of mergeBlocks(wanted)) {
        yield block;
        from = Math.max(from, (block.ts.at(-1) as number) + 1);
      }
      // A chunk says when its last tick was; one without ticks in range must not be read again.
      from = Math.max(from, piece.until);
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

function partKey(recording: string, host: string): string {
  return JSON.stringify([recording, host]);
}
