import type { RootDatabase } from 'lmdb';
import { RecordingState } from '../../recording-state.js';
import { SeqRuns } from '../../seq-runs.js';
import type { RecordingInfo } from '../../store.js';
import { keys, under } from './keys.js';

type Db = RootDatabase<Buffer>;

/** Reads a value that {@link putJson} wrote. */
export function getJson<T>(db: Db, key: ReturnType<typeof keys.lease>): T | undefined {
  const bytes = db.getBinary(key);
  return bytes ? (JSON.parse(bytes.toString()) as T) : undefined;
}

/** Writes a value as JSON; within a transaction. */
export function putJson(db: Db, key: ReturnType<typeof keys.lease>, value: unknown): void {
  db.put(key, Buffer.from(JSON.stringify(value)));
}

/** All recordings of a store, unordered. */
export function listRecordings(db: Db): RecordingInfo[] {
  return [...db.getKeys(under('r'))].flatMap((key) => getJson<RecordingInfo>(db, key) ?? []);
}

/** What the store remembers of a part, or a fresh state where it has none. */
export function loadState(db: Db, recording: string, host: string): RecordingState {
  const info = getJson<RecordingInfo>(db, keys.recording(recording, host));
  if (!info) return new RecordingState(recording, host);
  const runs = [...db.getKeys(under('i', recording, host))].map(
    (key) => [(key as string[])[3] as string, new SeqRuns(getJson(db, key))] as const,
  );
  return new RecordingState(recording, host, {
    info,
    sources: getJson<string[]>(db, keys.sources(recording, host)) ?? [],
    runs,
  });
}

/** Writes what changed of a state; within the transaction that stores the ticks. */
export function saveState(
  db: Db,
  state: RecordingState,
  changed: { readonly boots: Iterable<string>; readonly sources: boolean },
): void {
  putJson(db, keys.recording(state.recording, state.host), state.info);
  if (changed.sources) putJson(db, keys.sources(state.recording, state.host), [...state.sources]);
  for (const boot of changed.boots) {
    putJson(db, keys.runs(state.recording, state.host, boot), state.runs(boot));
  }
}
