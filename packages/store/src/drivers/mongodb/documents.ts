import type { Link, Marker } from '@ethogram/core';
import type { Binary, Collection, Db, IndexDescription } from 'mongodb';
import type { ModelState, StoredEvent } from '../../store.js';

/** Sequence numbers `first` to `last` of a boot. */
export interface RunDocument {
  readonly boot: string;
  readonly first: number;
  readonly last: number;
}

/** A tick that waits to be sealed; `_id` is its identity within the recording. */
export interface TickDocument {
  readonly _id: string;
  readonly recording: string;
  readonly host: string;
  readonly ts: Date;
  /** Start of the interval. */
  readonly from: Date;
  readonly slot: Date;
  readonly boot: string;
  readonly seq: number;
  readonly lost: number;
  readonly data: Binary;
}

/** Everything of one host in one slot. */
export interface ChunkDocument {
  readonly _id: string;
  readonly recording: string;
  readonly host: string;
  /** Start of the slot. */
  readonly start: Date;
  /** The first and the last tick. */
  readonly first: Date;
  readonly last: Date;
  /** Start of the first tick's interval. */
  readonly from: Date;
  readonly lengthMs: number;
  readonly ticks: number;
  readonly values: number;
  readonly lost: number;
  readonly tierMs: number;
  readonly runs: readonly RunDocument[];
  /** Counts up with every write, so that two sealers never overwrite each other's work. */
  readonly revision: number;
  /** When the server may delete it by itself; see `expiry.ts`. */
  readonly expireAt?: Date;
  readonly data: Binary;
}

/** Which sources a host's part of a recording ever had; made before its first tick. */
export interface RecordingDocument {
  readonly _id: string;
  readonly recording: string;
  readonly host: string;
  readonly sources: readonly string[];
}

/** What one source did in one tick, on the native path. */
export interface SampleDocument {
  readonly ts: Date;
  readonly meta: {
    readonly recording: string;
    readonly host: string;
    readonly kind: string;
    readonly name: string;
  };
  readonly boot: string;
  readonly seq: number;
  /** Counts the documents of one source in one tick, from 0: documents end at 4 MB here. */
  readonly part: number;
  /** Metric and value. */
  readonly m: readonly { readonly k: string; readonly v: number }[];
  /** Histograms: metric, scheme, buckets and counts. */
  readonly h?: readonly {
    readonly k: string;
    readonly s: string;
    readonly b: readonly number[];
    readonly c: readonly number[];
  }[];
  readonly a?: readonly { readonly k: string; readonly v: string }[];
}

/** Says that a tick is complete, on the native path; holds what belongs to no single source. */
export interface CommitDocument {
  readonly _id: string;
  readonly recording: string;
  readonly host: string;
  readonly ts: Date;
  readonly from: Date;
  readonly boot: string;
  readonly seq: number;
  /** How many sample documents belong to it. */
  readonly rows: number;
  readonly intervalNs: number;
  readonly backend: string;
  readonly blind: readonly string[];
  readonly links: readonly Link[];
  readonly linkSnapshot: boolean;
  readonly markers: readonly Marker[];
  readonly lost: readonly { readonly k: string; readonly v: number }[];
  readonly lostTotal: number;
}

/** The newest and the active version of a model name. */
export interface ModelNameDocument {
  readonly _id: string;
  readonly newest: number;
  readonly active?: number;
}

/** A model without its text. */
export interface ModelDocument {
  readonly _id: string;
  readonly name: string;
  readonly version: number;
  readonly host: string;
  readonly state: ModelState;
  readonly storedAt: number;
  readonly parts: number;
}

/** A part of a model's text: documents end at 16 MB. */
export interface ModelPartDocument {
  readonly _id: string;
  readonly name: string;
  readonly version: number;
  readonly data: Binary;
}

/** An event; `_id` is kind and id. */
export interface EventDocument {
  readonly _id: string;
  readonly kind: StoredEvent['kind'];
  readonly id: string;
  readonly host: string;
  readonly ts: number;
  readonly body: string;
}

/** A lease; `_id` is its name. */
export interface LeaseDocument {
  readonly _id: string;
  readonly holder: string;
  readonly expiresAt: Date;
}

/** A pin; `_id` is its id. */
export interface PinDocument {
  readonly _id: string;
  readonly host: string;
  readonly range: { readonly from: number; readonly to: number };
  readonly tierMs: number;
}

/** The version of this schema. */
export interface FormatDocument {
  readonly _id: 'format';
  readonly version: number;
  readonly layout: Layout;
}

/** How samples are kept: in a native time-series collection, or in ordinary ones. */
export type Layout = 'native' | 'bucketed';

/** The name of the time-series collection, where there is one. */
export const SAMPLES = 'samples';

/** Every collection of a store. */
export interface Collections {
  readonly format: Collection<FormatDocument>;
  readonly recordings: Collection<RecordingDocument>;
  readonly ticks: Collection<TickDocument>;
  readonly chunks: Collection<ChunkDocument>;
  readonly samples: Collection<SampleDocument>;
  readonly commits: Collection<CommitDocument>;
  readonly modelNames: Collection<ModelNameDocument>;
  readonly models: Collection<ModelDocument>;
  readonly modelParts: Collection<ModelPartDocument>;
  readonly events: Collection<EventDocument>;
  readonly leases: Collection<LeaseDocument>;
  readonly pins: Collection<PinDocument>;
}

/** Names the collections of a database. */
export function collectionsOf(db: Db): Collections {
  return {
    format: db.collection('format'),
    recordings: db.collection('recordings'),
    ticks: db.collection('ticks'),
    chunks: db.collection('chunks'),
    samples: db.collection(SAMPLES),
    commits: db.collection('commits'),
    modelNames: db.collection('model_names'),
    models: db.collection('models'),
    modelParts: db.collection('model_parts'),
    events: db.collection('events'),
    leases: db.collection('leases'),
    pins: db.collection('pins'),
  };
}

const INDEXES: Readonly<Partial<Record<keyof Collections, readonly IndexDescription[]>>> = {
  recordings: [{ key: { recording: 1, host: 1 }, name: 'by_recording' }],
  ticks: [{ key: { recording: 1, host: 1, ts: 1 }, name: 'by_time' }],
  chunks: [
    { key: { recording: 1, host: 1, last: 1 }, name: 'by_time' },
    { key: { recording: 1, host: 1, start: 1 }, name: 'by_start' },
    { key: { recording: 1, host: 1, 'runs.boot': 1 }, name: 'by_boot' },
    { key: { expireAt: 1 }, name: 'expiry', expireAfterSeconds: 0 },
  ],
  commits: [{ key: { recording: 1, host: 1, ts: 1 }, name: 'by_time' }],
  models: [{ key: { name: 1, version: 1 }, name: 'by_name' }],
  modelParts: [{ key: { name: 1, version: 1 }, name: 'by_name' }],
  events: [{ key: { kind: 1, ts: 1 }, name: 'by_time' }],
};

/** Makes the indexes that are not there; may be called again. */
export async function ensureIndexes(collections: Collections): Promise<void> {
  for (const [name, indexes] of Object.entries(INDEXES)) {
    await collections[name as keyof Collections].createIndexes([...indexes]);
  }
}

/** An `_id` made of texts and numbers that can be taken for no other. */
export function idOf(...parts: readonly (string | number)[]): string {
  return parts.map((part) => encodeURIComponent(part)).join('/');
}
