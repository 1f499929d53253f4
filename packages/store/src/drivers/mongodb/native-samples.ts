import type { Block, Tick, TimeRange } from '@ethogram/core';
import { mergeTicks, packRuns } from '../../blocks/merge-ticks.js';
import { readQuery } from '../../blocks/read-query.js';
import { compareRecordings } from '../../recording-state.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { EARLIEST_MS, LATEST_MS } from '../../validate-tick.js';
import { type Collections, idOf, type SampleDocument } from './documents.js';
import { insertOnce } from './insert-once.js';
import type { MongoSession } from './mongo-session.js';
import { nativeDocuments, tickFrom } from './native-documents.js';
import { NativeMerging } from './native-merging.js';
import { PartStates } from './part-states.js';

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
  readonly #states: PartStates;

  constructor(session: MongoSession) {
    this.#session = session;
    this.#states = new PartStates(session);
    this.#merging = new NativeMerging(session, (part, range) => this.#readPart(part, range));
  }

  append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    return this.#states.append(recording, ticks, { batch: TICKS_PER_BATCH, put: insert });
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
    this.#states.forget(recording);
    return this.#session.run(async ({ recordings, commits, samples }) => {
      await commits.deleteMany({ recording });
      // Purely on the meta field, which is all that older servers allow here.
      await samples.deleteMany({ 'meta.recording': recording });
      const { deletedCount } = await recordings.deleteMany({ recording });
      return deletedCount > 0;
    });
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

/** Puts samples first and then the commits, by which a tick counts; how many were new. */
async function insert(
  { samples, commits }: Collections,
  recording: string,
  ticks: readonly Tick[],
): Promise<number> {
  const documents = ticks.map((tick) => nativeDocuments(recording, tick));
  const rows = documents.flatMap((document) => document.samples);
  for (let at = 0; at < rows.length; at += DOCUMENTS_PER_INSERT) {
    await samples.insertMany(rows.slice(at, at + DOCUMENTS_PER_INSERT), { ordered: false });
  }
  return insertOnce(
    commits,
    documents.map(({ commit }) => commit),
  );
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
