import type { Block, Clock, SourceId, Tick, TimeRange } from '@ethogram/core';

/** What a store knows of a recording without reading it. */
export interface RecordingInfo {
  readonly name: string;
  readonly host: string;
  /** First instant covered and end of the last tick, milliseconds UTC. */
  readonly from: number;
  readonly to: number;
  readonly ticks: number;
  readonly sources: number;
  /** Sum of everything lost, over all causes and ticks. */
  readonly lost: number;
}

/** Which ticks to read. */
export interface ReadQuery {
  /** One recording; without it every recording of the host, each tick once. */
  readonly recording?: string;
  /** One host; without it every host, one after the other. */
  readonly host?: string;
  /** Half-open range `[from, to)` over the ticks' `ts`, milliseconds UTC. */
  readonly range?: TimeRange;
  /** Only these sources, where given. */
  readonly sources?: readonly SourceId[];
  /**
   * Ticks merged into ones of this length, milliseconds, as retention would merge them
   * (docs/data-model.md); as recorded where it is not given. Intervals begin at whole multiples
   * since 1970; those that the range cuts hold only ticks in the range. Which of a boot's ticks
   * names the merged one: the last. Merged by the server where that can be.
   */
  readonly stepMs?: StepMs;
}

/** Lengths to which ticks can be merged while they are read, milliseconds. */
export type StepMs = 10_000 | 60_000;

/** What happened to ticks handed to {@link SampleStore.append}. */
export interface AppendResult {
  readonly stored: number;
  /** Ticks that the store already had under their `(host, boot, seq)`. */
  readonly repeated: number;
  /**
   * Ticks that wait in memory since the database cannot be reached; they are sent before the next
   * ones. Absent where nothing waits; a process that is killed loses them.
   */
  readonly buffered?: number;
  /** Ticks that the bound of that buffer has pushed out since the store was opened. */
  readonly dropped?: number;
}

/** Keeps ticks. What `append` acknowledged survives `kill -9` of the writer. */
export interface SampleStore {
  /**
   * Adds ticks to a recording, creating it at the first one.
   * @param ticks ascending by `ts` within the call; any number.
   */
  append(recording: string, ticks: readonly Tick[]): Promise<AppendResult>;
  /**
   * Ticks in ascending `ts` per host, in blocks whose columns hold at most 8 MB. No tick is
   * handed out twice. Ends after the last stored tick.
   */
  read(query: ReadQuery, options?: { readonly signal?: AbortSignal }): AsyncIterable<Block>;
  /** All recordings, ordered by name, then host. */
  recordings(): Promise<readonly RecordingInfo[]>;
  /** Puts what is still held as single ticks into chunks. */
  seal(recording: string): Promise<void>;
  /** Deletes a recording; false where there was none of that name. */
  remove(recording: string): Promise<boolean>;
}

/** A model as a store sees it: a name, a version that counts up, and a JSON text it never looks into. */
export interface StoredModel {
  readonly name: string;
  readonly version: number;
  readonly host: string;
  readonly state: ModelState;
  /** When it was put, milliseconds UTC. */
  readonly storedAt: number;
  readonly json: string;
}

/** Where a model stands in its life; at most one version per name is active. */
export type ModelState = 'candidate' | 'active' | 'retired';

/** Keeps models: immutable versions under a name. */
export interface ModelStore {
  /** Stores the next version of a name and returns it; an `active` one retires the one before. */
  put(model: Omit<StoredModel, 'version'>): Promise<number>;
  /** The given version; without one the active, else the newest. */
  get(name: string, version?: number): Promise<StoredModel | undefined>;
  /** All versions of all models without their text, by name, then version. */
  list(): Promise<readonly Omit<StoredModel, 'json'>[]>;
  /** Makes a version the active one, retiring the one before; false where it does not exist. */
  promote(name: string, version: number): Promise<boolean>;
  /** Deletes one version, or all of a name; how many were deleted. */
  remove(name: string, version?: number): Promise<number>;
}

/** Something that happened, kept under an id of its own; `body` is JSON that the store never looks into. */
export interface StoredEvent {
  readonly id: string;
  readonly kind: 'anomaly' | 'incident' | 'unheard' | 'feedback' | 'checkpoint' | 'marker';
  readonly host: string;
  readonly ts: number;
  readonly body: string;
}

/** An event without what it says. */
export type EventHead = Omit<StoredEvent, 'body'>;

/** Keeps anomalies, incidents, what went on unheard, feedback and scorer checkpoints. */
export interface EventStore {
  /** Stores or replaces by `(kind, id)`. */
  put(event: StoredEvent): Promise<void>;
  get(kind: StoredEvent['kind'], id: string): Promise<StoredEvent | undefined>;
  /** Ascending by `ts`, then id. */
  list(query: {
    readonly kind: StoredEvent['kind'];
    readonly host?: string;
    readonly range?: TimeRange;
  }): Promise<readonly StoredEvent[]>;
  /** What {@link list} gives, without the bodies: those of checkpoints are megabytes each. */
  heads(query: {
    readonly kind: StoredEvent['kind'];
    readonly host?: string;
    readonly range?: TimeRange;
  }): Promise<readonly EventHead[]>;
  remove(kind: StoredEvent['kind'], id: string): Promise<boolean>;
}

/** Who holds a lease, and until when. */
export interface Lease {
  readonly name: string;
  /** Names the holder so that a person can find it: `collector pid 812`. */
  readonly holder: string;
  /** When it ends unless renewed, milliseconds UTC. */
  readonly expiresAt: number;
}

/** Keeps leases: who does something of which there may be only one, such as collecting for a host. */
export interface LeaseStore {
  /**
   * Takes the lease, or renews it where `holder` has it already.
   * @returns whether `holder` has it now, for `ttlMs` from now; false while another does.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<boolean>;
  /** The lease while it holds; `undefined` once it ended. */
  get(name: string): Promise<Lease | undefined>;
  /** Gives the lease back; false where `holder` did not have it. */
  release(name: string, holder: string): Promise<boolean>;
}

/** A range of ticks that retention must keep, so that what was said about them can be looked at again. */
export interface Pin {
  /** What the pin is for: `incident/…`, `model/name/3`. */
  readonly id: string;
  readonly host: string;
  readonly range: TimeRange;
  /** The coarsest interval that will do: 0 for ticks as they were recorded, 10 000 for a model's window. */
  readonly tierMs: number;
}

/** From which age on ticks are merged into longer ones. */
export interface RetentionTier {
  readonly olderThanMs: number;
  /** Length of the merged ticks, milliseconds; divides a minute. */
  readonly intervalMs: number;
}

/** What retention keeps; pins come before all of it. */
export interface RetentionPolicy {
  /** Only this recording; every one by default. */
  readonly recording?: string;
  /** Ticks older than this are deleted. */
  readonly maxAgeMs?: number;
  /** Above this, the oldest ticks are deleted until the store is below; pages in use count. */
  readonly maxBytes?: number;
  readonly tiers?: readonly RetentionTier[];
}

/** What a run of retention did. */
export interface RetentionReport {
  readonly deletedTicks: number;
  /** Ticks that were merged away into longer ones. */
  readonly mergedTicks: number;
  /** Chunks that were put together into longer ones. */
  readonly repackedChunks: number;
  readonly usedBytes: number;
  /** True where `maxBytes` could not be reached, since what is left is pinned or still open. */
  readonly overBudget: boolean;
}

/** Keeps a store within bounds. Needs mode `write`; pins need `annotate`. */
export interface Maintenance {
  /** Deletes, merges and re-packs as the policy says, as of the store's clock. */
  retain(
    policy: RetentionPolicy,
    options?: { readonly signal?: AbortSignal },
  ): Promise<RetentionReport>;
  /** Adds or replaces a pin. */
  pin(pin: Pin): Promise<void>;
  /** Takes a pin away; false where there was none. */
  unpin(id: string): Promise<boolean>;
  /** All pins, by id. */
  pins(): Promise<readonly Pin[]>;
  /** Bytes in use; what retention by size counts. */
  usedBytes(): Promise<number>;
  /**
   * Gives unused room back to the file system, where the driver has a file of its own.
   * @throws STORE-1015 while other processes have the store open
   */
  compact(): Promise<{ readonly beforeBytes: number; readonly afterBytes: number }>;
}

/** An open store. */
export interface Store {
  /** The URI that opened it, credentials redacted. */
  readonly uri: string;
  readonly samples: SampleStore;
  readonly models: ModelStore;
  readonly events: EventStore;
  readonly leases: LeaseStore;
  readonly maintenance: Maintenance;
  /** Releases everything; may be called again. */
  close(): Promise<void>;
}

/** How to open a store. */
export interface OpenOptions {
  /**
   * `read`: nothing is written. `annotate`: models, events and leases are written, samples only
   * read; any number of processes beside one writer. `write`: everything; a second writer of
   * samples on one embedded store is refused.
   */
  readonly mode: 'read' | 'annotate' | 'write';
  /**
   * When the embedded store reaches the disk: with each call of `append` (`tick`), at most five
   * seconds later (`5s`, the default), or when the system pleases (`off`). A killed process loses
   * nothing in any of them; this is about power cuts.
   */
  readonly sync?: 'tick' | '5s' | 'off';
  /** The most bytes that an embedded store may use; none by default. */
  readonly maxBytes?: number;
  /** What a writer to a MongoDB store keeps in memory while it cannot reach it. */
  readonly buffer?: { readonly ticks: number; readonly values: number };
  /**
   * How a MongoDB store keeps samples. `auto`, the default: native time-series collections where
   * the server has them, bucketed ordinary ones where it has not. A database stays as it was made.
   */
  readonly layout?: 'auto' | 'native' | 'bucketed';
  /** Where the time of leases comes from; the machine's by default. */
  readonly clock?: Clock;
}
