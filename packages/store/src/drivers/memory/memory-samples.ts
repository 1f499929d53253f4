import { type Block, type Tick, type TimeRange, unpackTicks } from '@ethogram/core';
import { compareTicks, packRuns } from '../../blocks/merge-ticks.js';
import { readQuery } from '../../blocks/read-query.js';
import { SLOT_MS, slotStart } from '../../chunk/slot-value.js';
import { compareRecordings, groupByHost, RecordingState } from '../../recording-state.js';
import type { KeptSlot, Part, SlotKeeper } from '../../retention/retain.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { checkName, checkTicks } from '../../validate-tick.js';

/** A double and its place in a column. */
const BYTES_PER_VALUE = 12;
/** Ticks handed out in one block. */
const TICKS_PER_BLOCK = 60;

interface Held {
  readonly state: RecordingState;
  /** Ascending by {@link compareTicks}. */
  readonly ticks: Tick[];
  /** Slots that retention has merged, by start. */
  readonly tiers: Map<number, number>;
}

/** Samples in arrays; slots are minutes, the newest of which counts as open. */
export class MemorySamples implements SampleStore, SlotKeeper {
  readonly rewrites = true;
  readonly repacks = false;
  readonly #parts = new Map<string, Held>();
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

  async parts(): Promise<readonly Part[]> {
    return this.recordings();
  }

  async slots(part: Part): Promise<readonly KeptSlot[]> {
    const held = this.#parts.get(partKey(part.name, part.host));
    const open = slotStart(held?.state.info.to ?? 0);
    const starts = new Set(held?.ticks.map((tick) => slotStart(tick.ts)));
    return [...starts]
      .filter((start) => start < open)
      .map((start) => {
        const blocks = packRuns(this.#ticksOf(part, start));
        return {
          start,
          lengthMs: SLOT_MS,
          tierMs: held?.tiers.get(start) ?? 0,
          firstTs: blocks[0]?.ts[0] ?? start,
          lastTs: blocks.at(-1)?.ts.at(-1) ?? start,
          ticks: blocks.reduce((sum, block) => sum + block.seq.length, 0),
          values: blocks.reduce((sum, block) => sum + block.values.length, 0),
        };
      });
  }

  async load(part: Part, start: number): Promise<readonly Block[]> {
    return packRuns(this.#ticksOf(part, start));
  }

  async replaceSlots(
    part: Part,
    starts: readonly number[],
    slot: { readonly start: number; readonly tierMs: number },
    blocks: AsyncIterable<Block>,
  ): Promise<void> {
    const ticks: Tick[] = [];
    for await (const block of blocks) ticks.push(...unpackTicks(block));
    const held = this.#part(part.name, part.host);
    held.state.forget({ ticks: drop(held, starts).length });
    held.tiers.set(slot.start, slot.tierMs);
    for (const tick of ticks) {
      insert(held.ticks, tick);
      held.state.forget({ ticks: -1 });
    }
  }

  async removeSlots(part: Part, starts: readonly number[]): Promise<void> {
    const held = this.#part(part.name, part.host);
    const ticks = drop(held, starts).length;
    const from = held.ticks[0]?.ts;
    held.state.forget({ ticks, ...(from === undefined ? {} : { from }) });
  }

  async usedBytes(): Promise<number> {
    return [...this.#parts.values()]
      .flatMap((held) => held.ticks)
      .flatMap((tick) => tick.samples)
      .reduce((sum, sample) => sum + sample.values.size * BYTES_PER_VALUE, 0);
  }

  #ticksOf(part: Part, start: number): Tick[] {
    const ticks = this.#parts.get(partKey(part.name, part.host))?.ticks ?? [];
    return ticks.filter((tick) => slotStart(tick.ts) === start);
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

  #part(recording: string, host: string): Held {
    const key = partKey(recording, host);
    let part = this.#parts.get(key);
    if (!part) {
      part = { state: new RecordingState(recording, host), ticks: [], tiers: new Map() };
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

/** Takes the ticks of slots out and hands them back. */
function drop(held: Held, starts: readonly number[]): Tick[] {
  const doomed = new Set(starts);
  const all = held.ticks.splice(0, held.ticks.length);
  held.ticks.push(...all.filter((tick) => !doomed.has(slotStart(tick.ts))));
  return all.filter((tick) => doomed.has(slotStart(tick.ts)));
}
