import { sourceKey, type Tick } from '@ethogram/core';
import { groupByHost } from '../../recording-state.js';
import type { AppendResult } from '../../store.js';
import { checkName, checkTicks } from '../../validate-tick.js';
import { type Collections, idOf } from './documents.js';
import { codedMongo } from './mongo-errors.js';
import type { MongoSession } from './mongo-session.js';
import { PartState } from './part-state.js';

/** How a layout keeps ticks. */
interface Putting {
  /** So many are put at once. */
  readonly batch: number;
  /** Puts ticks of one host that are not known to be there; how many were not. */
  put(collections: Collections, recording: string, ticks: readonly Tick[]): Promise<number>;
  /** A batch is there. */
  after?(state: PartState, ticks: readonly Tick[]): Promise<void>;
}

/** What a writer knows of the recordings that it appends to, in either layout. */
export class PartStates {
  readonly #session: MongoSession;
  readonly #states = new Map<string, PartState>();

  constructor(session: MongoSession) {
    this.#session = session;
  }

  /** Appends what is not there yet. @throws STORE-1006, STORE-1007, and what the server refuses */
  async append(recording: string, ticks: readonly Tick[], putting: Putting): Promise<AppendResult> {
    this.#session.mayWrite('samples');
    checkName('recording', recording);
    checkTicks(ticks);
    let stored = 0;
    for (const [host, group] of groupByHost(ticks)) {
      for (let at = 0; at < group.length; at += putting.batch) {
        const batch = group.slice(at, at + putting.batch);
        stored += await this.#put(recording, host, batch, putting);
        const state = this.#states.get(idOf(recording, host));
        if (state) await putting.after?.(state, batch);
      }
    }
    return { stored, repeated: ticks.length - stored };
  }

  /** The recording was removed. */
  forget(recording: string): void {
    for (const [key, state] of this.#states) {
      if (state.recording === recording) this.#states.delete(key);
    }
  }

  async #put(
    recording: string,
    host: string,
    ticks: readonly Tick[],
    { put }: Putting,
  ): Promise<number> {
    const collections = this.#session.collections();
    const key = idOf(recording, host);
    const state = this.#states.get(key) ?? new PartState(recording, host);
    // Until it is known what was stored, the state is not to be trusted by another call.
    this.#states.delete(key);
    try {
      await state.load(collections, new Set(ticks.map((tick) => tick.boot)));
      const fresh = ticks.filter((tick) => state.admit(tick));
      let stored = 0;
      if (fresh.length > 0) {
        await addSources(collections, state, fresh);
        stored = await put(collections, recording, fresh);
      }
      this.#states.set(key, state);
      return stored;
    } catch (cause) {
      throw codedMongo(cause, this.#session.uri);
    }
  }
}

/** Makes the recording's own document, and adds the sources that it does not have. */
async function addSources(
  { recordings }: Collections,
  state: PartState,
  ticks: readonly Tick[],
): Promise<void> {
  const keys = new Set(ticks.flatMap((tick) => tick.samples.map(sourceKey)));
  const fresh = [...keys].filter((key) => !state.sources.has(key));
  if (state.known && fresh.length === 0) return;
  await recordings.updateOne(
    { _id: idOf(state.recording, state.host) },
    {
      $setOnInsert: { recording: state.recording, host: state.host },
      $addToSet: { sources: { $each: fresh } },
    },
    { upsert: true },
  );
  state.learn(fresh);
}
