import type { AlarmState } from './alarm.js';
import type { ChronicleState } from './chronicle.js';
import type { HostWatchState } from './host-watch.js';
import type { NoveltyState } from './novelty-watch.js';
import type { WatchedState } from './watched-source.js';

/** What a checkpoint holds of the scorer of a host. */
export interface ScorerState {
  readonly ticks: number;
  readonly coarse: number;
  readonly position: { readonly boot: string; readonly ts: number };
  readonly trackers: readonly {
    readonly counters: readonly number[];
    readonly arrays: readonly (Float64Array | Float32Array | Uint8Array)[];
  }[];
  readonly watched: readonly WatchedState[];
  readonly novelty: NoveltyState;
  readonly host: HostWatchState | null;
  readonly newcomers: readonly (readonly [string, AlarmState])[];
  /** Not in checkpoints of before losses were followed. */
  readonly losses?: number;
  /** Not in checkpoints of before names were followed. */
  readonly seq?: number | undefined;
  readonly chronicle: ChronicleState;
}
