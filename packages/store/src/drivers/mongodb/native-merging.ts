import type { Block, Tick } from '@ethogram/core';
import { type Document, MongoServerError } from 'mongodb';
import { mergeSteps } from '../../blocks/merge-steps.js';
import { mergeTicks, packRuns } from '../../blocks/merge-ticks.js';
import type { ReadMergedPart, ReadPart } from '../../blocks/read-query.js';
import { slotStart } from '../../chunk/slot-value.js';
import { mergeIntervals } from '../../retention/merge-interval.js';
import { SeqRuns } from '../../seq-runs.js';
import type { RecordingInfo, StepMs } from '../../store.js';
import { EARLIEST_MS, LATEST_MS } from '../../validate-tick.js';
import { type Collections, type CommitDocument, idOf, type SampleDocument } from './documents.js';
import {
  bucketsPipeline,
  type MergedBuckets,
  type MergedSource,
  type MergedValues,
  onlyPipeline,
  type Stretch,
  sourcesPipeline,
  valuesPipeline,
} from './merge-pipelines.js';
import { addsUpOrStays, idKey, samplesByTick, tickKey, withWeighed } from './merged-samples.js';
import { isOutage } from './mongo-errors.js';
import type { MongoSession } from './mongo-session.js';
import { tickFrom } from './native-documents.js';

/** Ticks that the server merges in one go. */
const TICKS_PER_STRETCH = 600;
/** Above so many gaps among the sequence numbers of a stretch, asking for each run costs too much. */
const MOST_RUNS = 100;

/**
 * Reads a native store merged to a step, the values and histograms by the server. What only the
 * commits say, such as links and losses, and metrics that the registry does not know, are merged
 * here by the function of retention. Whatever the server cannot do, or does not have whole, is
 * read as recorded and merged here.
 */
export class NativeMerging {
  readonly #session: Pick<MongoSession, 'run'>;
  readonly #readPart: ReadPart;
  /** Whether the server has refused none of the pipelines yet. */
  #supported = true;

  /** @param readPart reads ticks as they were recorded */
  constructor(session: Pick<MongoSession, 'run'>, readPart: ReadPart) {
    this.#session = session;
    this.#readPart = readPart;
  }

  /** Ticks of one part, merged; see {@link ReadMergedPart}. */
  readonly read: ReadMergedPart = (part, range, stepMs) => this.#read(part, range, stepMs);

  async *#read(
    part: RecordingInfo,
    range: { readonly from: number; readonly to: number },
    stepMs: StepMs,
  ): AsyncGenerator<Block> {
    let from = Math.max(range.from, EARLIEST_MS);
    const to = Math.min(range.to, LATEST_MS);
    for (;;) {
      const commits = await this.#session.run((collections) =>
        nextCommits(collections, part, { from, to }, stepMs),
      );
      const last = commits.at(-1)?.ts;
      if (!last) return;
      const merged = await this.#merge(part, commits, stepMs);
      if (merged) yield* packRuns(merged);
      else yield* mergeSteps(this.#readPart(part, { from, to: last.getTime() + 1 }), stepMs);
      from = last.getTime() + 1;
    }
  }

  /** What the server made of committed ticks; `undefined` where they must be merged here. */
  async #merge(
    { name: recording, host }: RecordingInfo,
    commits: readonly CommitDocument[],
    stepMs: StepMs,
  ): Promise<Tick[] | undefined> {
    const runs = runsOf(commits);
    if (!this.#supported || runs.length > MOST_RUNS) return undefined;
    const from = (commits[0] as CommitDocument).ts;
    const last = (commits.at(-1) as CommitDocument).ts;
    const stretch: Stretch = { recording, host, from, last, runs };
    return this.#session.run(async (collections) => {
      try {
        return await mergeStretch(collections, stretch, commits, stepMs);
      } catch (cause) {
        if (!(cause instanceof MongoServerError) || isOutage(cause)) throw cause;
        // Whatever else is wrong with the server, reading what was recorded will show.
        this.#supported = false;
        return undefined;
      }
    });
  }
}

/** The next commits, ascending, that make whole intervals, or as much of them as the range holds. */
async function nextCommits(
  { commits }: Collections,
  { name: recording, host }: RecordingInfo,
  range: { readonly from: number; readonly to: number },
  stepMs: number,
): Promise<readonly CommitDocument[]> {
  const find = (to: number, limit: number): Promise<CommitDocument[]> =>
    commits
      .find({ recording, host, ts: { $gte: new Date(range.from), $lt: new Date(to) } })
      .sort({ ts: 1 })
      .limit(limit)
      .toArray();
  const found = await find(range.to, TICKS_PER_STRETCH);
  const last = found.at(-1);
  if (!last || found.length < TICKS_PER_STRETCH) return found;
  const cut = slotStart(last.ts.getTime(), stepMs);
  const whole = found.filter((commit) => commit.ts.getTime() < cut);
  return whole.length > 0 ? whole : find(Math.min(cut + stepMs, range.to), 0);
}

function runsOf(commits: readonly CommitDocument[]): Stretch['runs'] {
  const boots = new Map<string, SeqRuns>();
  for (const { boot, seq } of commits) {
    const runs = boots.get(boot) ?? new SeqRuns();
    boots.set(boot, runs);
    runs.add(seq);
  }
  return [...boots].flatMap(([boot, runs]) =>
    runs.toJSON().map(([first, last]) => ({ boot, first, last })),
  );
}

async function mergeStretch(
  { samples }: Collections,
  stretch: Stretch,
  commits: readonly CommitDocument[],
  stepMs: StepMs,
): Promise<Tick[] | undefined> {
  const ask = <T extends Document>(pipeline: Document[]): Promise<T[]> =>
    samples.aggregate<T>(pipeline, { allowDiskUse: true }).toArray();
  const sources = await ask<MergedSource>(sourcesPipeline(stretch, stepMs));
  if (!isWhole(commits, sources, stepMs)) return undefined;
  const values = await ask<MergedValues>(valuesPipeline(stretch, stepMs));
  const buckets = await ask<MergedBuckets>(bucketsPipeline(stretch, stepMs));
  const weighed = new Set(
    values.flatMap(({ m }) => m.map(({ k }) => k)).filter((metric) => !addsUpOrStays(metric)),
  );
  const rows =
    weighed.size > 0 ? await ask<SampleDocument>(onlyPipeline(stretch, [...weighed])) : [];
  const frames = mergeIntervals(framesOf(commits, rows), stepMs);
  // Two backends that take turns make several ticks of one interval, which the server cannot tell.
  if (new Set(frames.map((tick) => tickKey(tick, stepMs))).size < frames.length) return undefined;
  const merged = samplesByTick(sources, values, buckets);
  return frames.map((frame) => ({
    ...frame,
    samples: (merged.get(tickKey(frame, stepMs)) ?? []).map((sample) =>
      withWeighed(sample, frame.samples),
    ),
  }));
}

/** Whether every document that the commits speak of was found, interval by interval. */
function isWhole(
  commits: readonly CommitDocument[],
  sources: readonly MergedSource[],
  stepMs: number,
): boolean {
  const rows = new Map<string, number>();
  const add = (key: string, count: number): void => {
    rows.set(key, (rows.get(key) ?? 0) + count);
  };
  for (const { ts, boot, rows: count } of commits) {
    add(tickKey({ ts: ts.getTime(), boot }, stepMs), count);
  }
  for (const { _id, rows: count } of sources) add(idKey(_id), -count);
  return [...rows.values()].every((left) => left === 0);
}

/** Ticks with all that commits hold, and of the values only those of `rows`. */
function framesOf(commits: readonly CommitDocument[], rows: readonly SampleDocument[]): Tick[] {
  const byTick = new Map<string, SampleDocument[]>();
  for (const row of rows) {
    const key = idOf(row.boot, row.seq);
    const list = byTick.get(key);
    if (list) list.push(row);
    else byTick.set(key, [row]);
  }
  const frames = commits.flatMap(
    (commit) =>
      tickFrom({ ...commit, rows: 0 }, byTick.get(idOf(commit.boot, commit.seq)) ?? []) ?? [],
  );
  return mergeTicks(frames);
}
