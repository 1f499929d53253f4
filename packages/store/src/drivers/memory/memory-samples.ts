import type { Block, Tick, TimeRange } from '@ethogram/core';
import { compareTicks, packRuns } from '../../blocks/merge-ticks.js';
import { readQuery } from '../../blocks/read-query.js';
import { compareRecordings, groupByHost, RecordingState } from '../../recording-state.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { checkName, checkTicks } from '../../validate-tick.js';

/** Ticks handed out in one block. */
const TICKS_PER_BLOCK = 60;

interface Part {
  readonly state: RecordingState;
  /** Ascending by {@link compareTicks}. */
  readonly ticks: Tick[];
}

/** Samples in arrays. */
export class MemorySamples implements SampleStore {
  readonly #parts = new Map<string, Part>();
  readonly #guard: (write: boolean) => void;

  /** @param guard throws where the store is closed, or written to without the right. */
  constructor(guard: (write: boolean) => void) {
    this.#guard = guard;
  }

  async append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    this.#guard(true);
    checkName('recording', recording);
    checkTicks(ticks);
    let stored = 0;
    for (const [host, group] of groupByHost(ticks)) {
      const part = this.#part(recording, host);
      for (const tick of group) {
        if (!part.state.admit(tick)) continue;
        insert(part.ticks, structuredClone(tick));
        stored++;
      }
    }
    return { stored, repeated: ticks.length - stored };
  }

  async *read(query: ReadQuery, options: { signal?: AbortSignal } = {}): AsyncGenerator<Block> {
    this.#guard(false);
    const recordings = await this.recordings();
    yield* readQuery(
      query,
      recordings,
      (info, range) => this.#readPart(info, range),
      options.signal,
    );
  }

  async recordings(): Promise<readonly RecordingInfo[]> {
    this.#guard(false);
    return [...this.#parts.values()].map((part) => part.state.info).sort(compareRecordings);
  }

  async seal(): Promise<void> {
    this.#guard(true);
  }

  async remove(recording: string): Promise<boolean> {
    this.#guard(true);
    let found = false;
    for (const [key, part] of this.#parts) {
      if (part.state.recording !== recording) continue;
      this.#parts.delete(key);
      found = true;
    }
    return found;
  }

  async *#readPart(info: RecordingInfo, range: TimeRange): AsyncGenerator<Block> {
    let from = range.from;
    for (;;) {
      const ticks = this.#parts.get(partKey(info.name, info.host))?.ticks ?? [];
      const first = ticks.findIndex((tick) => tick.ts >= from && tick.ts < range.to);
      if (first < 0) return;
      let end = Math.min(first + TICKS_PER_BLOCK, ticks.length);
      const last = ticks[end - 1] as Tick;
      while (ticks[end]?.ts === last.ts) end++;
      const batch = ticks.slice(first, end).filter((tick) => tick.ts < range.to);
      yield* packRuns(batch);
      from = last.ts + 1;
    }
  }

  #part(recording: string, host: string): Part {
    const key = partKey(recording, host);
    let part = this.#parts.get(key);
    if (!part) {
      part = { state: new RecordingState(recording, host), ticks: [] };
      this.#parts.set(key, part);
    }
    return part;
  }
}

function partKey(recording: string, host: string): string {
  return JSON.stringify([recording, host]);
}

/** Inserts where it belongs; at the end in the usual case. */
function insert(ticks: Tick[], tick: Tick): void {
  let at = ticks.length;
  while (at > 0 && compareTicks(ticks[at - 1] as Tick, tick) > 0) at--;
  ticks.splice(at, 0, tick);
}
