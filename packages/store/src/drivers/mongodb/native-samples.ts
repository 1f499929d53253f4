import { type Block, sourceKey, type Tick, type TimeRange } from '@ethogram/core';
import { MongoBulkWriteError } from 'mongodb';
import { mergeTicks, packRuns } from '../../blocks/merge-ticks.js';
import { readQuery } from '../../blocks/read-query.js';
import { compareRecordings, groupByHost } from '../../recording-state.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { checkName, checkTicks, EARLIEST_MS, LATEST_MS } from '../../validate-tick.js';
import { type Collections, idOf, type SampleDocument } from './documents.js';
import { codedMongo, DUPLICATE_KEY } from './mongo-errors.js';
import type { MongoSession } from './mongo-session.js';
import { nativeDocuments, tickFrom } from './native-documents.js';
import { NativeMerging } from './native-merging.js';
import { PartState } from './part-state.js';

/** Ticks whose samples are fetched, or inserted, together. */
const TICKS_PER_BATCH = 60;
const DOCUMENTS_PER_INSERT = 5_000;

/**
 * Samples in a native time-series collection. It has no unique key, so that a retry after an
 * unknown outcome doubles documents: a tick counts once its commit document is there, in an
 * ordinary collection, and readers drop repeats.
 */
export class NativeSamples implements SampleStore {
  readonly #session: MongoSession;
  readonly #merging: NativeMerging;
  readonly #states = new Map<string, PartState>();

  constructor(session: MongoSession) {
    this.#session = session;
    this.#merging = new NativeMerging(session, (part, range) => this.#readPart(part, range));
  }

  async append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    this.#session.mayWrite('samples');
    checkName('recording', recording);
    checkTicks(ticks);
    let stored = 0;
    for (const [host, group] of groupByHost(ticks)) {
      for (let at = 0; at < group.length; at += TICKS_PER_BATCH) {
        stored += await this.#put(recording, host, group.slice(at, at + TICKS_PER_BATCH));
      }
    }
    return { stored, repeated: ticks.length - stored };
  }

  async *read(query: ReadQuery, options: { signal?: AbortSignal } = {}): AsyncGenerator<Block> {
    const recordings = await this.recordings();
    yield* readQuery(
      query,
      recordings,
      (part, range) => this.#readPart(part, range),
      options.signal,
      this.#merging.read,
    );
  }

  async recordings(): Promise<readonly RecordingInfo[]> {
    const infos = await this.#session.run(listNativeRecordings);
    return infos.sort(compareRecordings);
  }

  /** Nothing to do: the server makes its own buckets. */
  async seal(): Promise<void> {
    this.#session.mayWrite('samples');
  }

  async remove(recording: string): Promise<boolean> {
    this.#session.mayWrite('samples');
    for (const [key, state] of this.#states) {
      if (state.recording === recording) this.#states.delete(key);
    }
    return this.#session.run(async ({ recordings, commits, samples }) => {
      await commits.deleteMany({ recording });
      // Purely on the meta field, which is all that older servers allow here.
      await samples.deleteMany({ 'meta.recording': recording });
      const { deletedCount } = await recordings.deleteMany({ recording });
      return deletedCount > 0;
    });
  }

  async #put(recording: string, host: string, ticks: readonly Tick[]): Promise<number> {
    const collections = this.#session.collections();
    const key = idOf(recording, host);
    const state = this.#states.get(key) ?? new PartState(recording, host);
    this.#states.delete(key);
    try {
      await state.load(collections, new Set(ticks.map((tick) => tick.boot)));
      const fresh = ticks.filter((tick) => state.admit(tick));
      const stored = fresh.length === 0 ? 0 : await this.#insert(collections, state, fresh);
      this.#states.set(key, state);
      return stored;
    } catch (cause) {
      throw codedMongo(cause, this.#session.uri);
    }
  }

  async #insert(
    { samples, commits, recordings }: Collections,
    state: PartState,
    ticks: readonly Tick[],
  ): Promise<number> {
    const sources = new Set(ticks.flatMap((tick) => tick.samples.map(sourceKey)));
    const unknown = [...sources].filter((source) => !state.sources.has(source));
    if (!state.known || unknown.length > 0) {
      await recordings.updateOne(
        { _id: idOf(state.recording, state.host) },
        {
          $setOnInsert: { recording: state.recording, host: state.host },
          $addToSet: { sources: { $each: unknown } },
        },
        { upsert: true },
      );
      state.learn(unknown);
    }
    const documents = ticks.map((tick) => nativeDocuments(state.recording, tick));
    const rows = documents.flatMap((document) => document.samples);
    for (let at = 0; at < rows.length; at += DOCUMENTS_PER_INSERT) {
      await samples.insertMany(rows.slice(at, at + DOCUMENTS_PER_INSERT), { ordered: false });
    }
    try {
      const all = documents.map((document) => document.commit);
      return (await commits.insertMany(all, { ordered: false })).insertedCount;
    } catch (cause) {
      if (!(cause instanceof MongoBulkWriteError)) throw cause;
      const errors = Array.isArray(cause.writeErrors) ? cause.writeErrors : [cause.writeErrors];
      if (errors.length === 0 || errors.some((error) => error.code !== DUPLICATE_KEY)) throw cause;
      return ticks.length - errors.length;
    }
  }

  async *#readPart(part: RecordingInfo, range: TimeRange): AsyncGenerator<Block> {
    const { name: recording, host } = part;
    let from = Math.max(range.from, EARLIEST_MS);
    const to = new Date(Math.min(range.to, LATEST_MS));
    for (;;) {
      const batch = await this.#session.run(async ({ commits, samples }) => {
        const found = await commits
          .find({ recording, host, ts: { $gte: new Date(from), $lt: to } })
          .sort({ ts: 1 })
          .limit(TICKS_PER_BATCH)
          .toArray();
        const last = found.at(-1)?.ts;
        if (!last) return undefined;
        // Commits of the last instant may go on beyond the batch.
        const same = await commits.find({ recording, host, ts: last }).toArray();
        const all = [...found.filter((commit) => commit.ts < last), ...same];
        const rows = await samples
          .find(
            {
              'meta.recording': recording,
              'meta.host': host,
              ts: { $gte: new Date(from), $lte: last },
            },
            { projection: { _id: 0 } },
          )
          .toArray();
        return { commits: all, rows, last: last.getTime() };
      });
      if (!batch) return;
      const rows = groupByTick(batch.rows);
      const ticks = batch.commits.flatMap(
        (commit) => tickFrom(commit, rows.get(idOf(commit.boot, commit.seq)) ?? []) ?? [],
      );
      yield* packRuns(mergeTicks(ticks));
      from = batch.last + 1;
    }
  }
}

function groupByTick(rows: readonly SampleDocument[]): Map<string, SampleDocument[]> {
  const groups = new Map<string, SampleDocument[]>();
  for (const row of rows) {
    const key = idOf(row.boot, row.seq);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

async function listNativeRecordings({
  commits,
  recordings,
}: Collections): Promise<RecordingInfo[]> {
  const parts = await recordings.find().toArray();
  const sources = new Map(parts.map((part) => [part._id, part.sources.length]));
  const sums = await commits
    .aggregate<{
      _id: { recording: string; host: string };
      ticks: number;
      lost: number;
      from: Date;
      to: Date;
    }>([
      {
        $group: {
          _id: { recording: '$recording', host: '$host' },
          ticks: { $sum: 1 },
          lost: { $sum: '$lostTotal' },
          from: { $min: '$from' },
          to: { $max: '$ts' },
        },
      },
    ])
    .toArray();
  return sums.map(({ _id, ticks, lost, from, to }) => ({
    name: _id.recording,
    host: _id.host,
    from: from.getTime(),
    to: to.getTime(),
    ticks,
    sources: sources.get(idOf(_id.recording, _id.host)) ?? 0,
    lost,
  }));
}
