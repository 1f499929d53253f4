import { type SourceSample, sourceKey, type Tick } from '@ethogram/core';
import type { DraftTick } from './draft-tick.js';
import { malformed, type Refuse } from './errors.js';
import { formatTimestamp } from './timestamp.js';

/** So many ticks of a host are looked at before the usual step between them is taken as known. */
const LOOK_AHEAD = 16;
/** A step longer than this times the usual one is a gap, not a long interval. */
const GAP = 1.5;

/** What stands in for what a file does not say. */
export interface TickDefaults {
  readonly boot: string;
  /** Usual length of an interval, milliseconds; without it the median of the first steps. */
  readonly intervalMs?: number;
}

interface HostState {
  readonly waiting: DraftTick[];
  readonly attributes: Map<string, NonNullable<SourceSample['attributes']>>;
  usualMs: number | undefined;
  lastTs: number | undefined;
  nextSeq: number;
}

/**
 * Fills in what a file left out: boot, running numbers, backend `import`, and the length
 * of each interval from the step to the tick before (after a gap, at the same instant, and for
 * the first: the usual step).
 * @param refuse is told of FORMAT-1001 where the time of a host goes back; where it does
 *   not throw, the tick is left out.
 */
export async function* completeTicks(
  drafts: AsyncIterable<DraftTick>,
  defaults: TickDefaults,
  refuse: Refuse,
): AsyncGenerator<Tick, void, undefined> {
  const hosts = new Map<string, HostState>();
  for await (const draft of drafts) {
    const { host } = draft;
    let state = hosts.get(host);
    if (!state) {
      state = {
        waiting: [],
        attributes: new Map(),
        usualMs: defaults.intervalMs,
        lastTs: undefined,
        nextSeq: 0,
      };
      hosts.set(host, state);
    }
    if (!ascends(draft, state, refuse)) continue;
    state.waiting.push(draft);
    if (state.usualMs === undefined && state.waiting.length > LOOK_AHEAD) {
      state.usualMs = usualStep(state.waiting);
    }
    const saysItself = state.waiting.length === 1 && draft.identity.intervalNs !== undefined;
    if (state.usualMs !== undefined || saysItself) yield* release(state, host, defaults);
  }
  for (const [host, state] of hosts) {
    state.usualMs ??= usualStep(state.waiting);
    yield* release(state, host, defaults);
  }
}

/** Rows may share an instant, as recordings of others do where a clock was set; none may go back. */
function ascends(draft: DraftTick, state: HostState, refuse: Refuse): boolean {
  const before = state.waiting.at(-1)?.ts ?? state.lastTs;
  if (before === undefined || draft.ts >= before) return true;
  const expected = `a time from ${formatTimestamp(before)} on (rows ascend by time)`;
  refuse(malformed(draft.place, expected, formatTimestamp(draft.ts)));
  return false;
}

function* release(state: HostState, host: string, defaults: TickDefaults): Generator<Tick> {
  for (const draft of state.waiting) {
    const usualMs = state.usualMs ?? 1000;
    const stepMs = state.lastTs === undefined ? usualMs : draft.ts - state.lastTs;
    const intervalMs = stepMs > usualMs * GAP || stepMs === 0 ? usualMs : stepMs;
    state.lastTs = draft.ts;
    const { identity, extra } = draft;
    const seq = identity.seq ?? state.nextSeq;
    state.nextSeq = seq + 1;
    for (const [key, attributes] of Object.entries(extra.attributes ?? {})) {
      if (attributes) state.attributes.set(key, attributes);
      else state.attributes.delete(key);
    }
    yield {
      host,
      boot: identity.boot ?? defaults.boot,
      seq,
      ts: draft.ts,
      intervalNs: identity.intervalNs ?? Math.round(intervalMs * 1e6),
      backend: identity.backend ?? 'import',
      blind: extra.blind ?? [],
      samples: draft.samples.map((sample) => {
        const attributes = state.attributes.get(sourceKey(sample));
        return attributes ? { ...sample, attributes } : sample;
      }),
      links: extra.links ?? [],
      linkSnapshot: extra.linkSnapshot ?? false,
      markers: extra.markers ?? [],
      lost: extra.lost ?? {},
    };
  }
  state.waiting.length = 0;
}

/** The median step, milliseconds; one second where there is only one tick. */
function usualStep(drafts: readonly DraftTick[]): number {
  const steps = drafts
    .slice(1)
    .map((draft, i) => draft.ts - (drafts[i] as DraftTick).ts)
    .sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 1000;
}
