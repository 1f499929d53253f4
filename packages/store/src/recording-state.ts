import { sourceKey, type Tick } from '@ethogram/core';
import { SeqRuns } from './seq-runs.js';
import type { RecordingInfo } from './store.js';

/** What a store remembers of one host's part of a recording, so that appending need not read. */
export class RecordingState {
  readonly recording: string;
  readonly host: string;
  readonly #runs: Map<string, SeqRuns>;
  readonly #sources: Set<string>;
  #from: number;
  #to: number;
  #ticks: number;
  #lost: number;

  constructor(
    recording: string,
    host: string,
    stored?: {
      readonly info: RecordingInfo;
      readonly sources: Iterable<string>;
      readonly runs: Iterable<readonly [boot: string, runs: SeqRuns]>;
    },
  ) {
    this.recording = recording;
    this.host = host;
    this.#runs = new Map(stored?.runs);
    this.#sources = new Set(stored?.sources);
    this.#from = stored?.info.from ?? Number.POSITIVE_INFINITY;
    this.#to = stored?.info.to ?? Number.NEGATIVE_INFINITY;
    this.#ticks = stored?.info.ticks ?? 0;
    this.#lost = stored?.info.lost ?? 0;
  }

  get info(): RecordingInfo {
    return {
      name: this.recording,
      host: this.host,
      from: this.#from,
      to: this.#to,
      ticks: this.#ticks,
      sources: this.#sources.size,
      lost: this.#lost,
    };
  }

  /** Keys of every source that ever was in the recording. */
  get sources(): ReadonlySet<string> {
    return this.#sources;
  }

  /** The sequence numbers of a boot. */
  runs(boot: string): SeqRuns {
    let runs = this.#runs.get(boot);
    if (!runs) {
      runs = new SeqRuns();
      this.#runs.set(boot, runs);
    }
    return runs;
  }

  /** Counts a tick in; false, changing nothing, where the recording already has it. */
  admit(tick: Tick): boolean {
    if (!this.runs(tick.boot).add(tick.seq)) return false;
    this.#from = Math.min(this.#from, tick.ts - Math.round(tick.intervalNs / 1e6));
    this.#to = Math.max(this.#to, tick.ts);
    this.#ticks++;
    for (const count of Object.values(tick.lost)) this.#lost += count;
    for (const sample of tick.samples) this.#sources.add(sourceKey(sample));
    return true;
  }

  /** Counts ticks out that retention deleted or merged. */
  forget(change: { readonly ticks: number; readonly from?: number }): void {
    this.#ticks = Math.max(0, this.#ticks - change.ticks);
    if (change.from !== undefined) this.#from = Math.max(this.#from, change.from);
  }
}

/** Orders recordings by name, then host, in code-unit order. */
export function compareRecordings(a: RecordingInfo, b: RecordingInfo): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.host < b.host ? -1 : a.host > b.host ? 1 : 0;
}

/** Ticks by host, in the order in which hosts first appear. */
export function groupByHost(ticks: readonly Tick[]): Map<string, Tick[]> {
  const groups = new Map<string, Tick[]>();
  for (const tick of ticks) {
    const group = groups.get(tick.host);
    if (group) group.push(tick);
    else groups.set(tick.host, [tick]);
  }
  return groups;
}
