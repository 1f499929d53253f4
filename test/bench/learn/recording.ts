import { listMetrics, type SourceSample, seededRng, type Tick } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { quietTick } from '@ethogram/testkit/bench';

/** The recording that is written and learned from. */
export interface RecordingShape {
  readonly sources: number;
  /** Numbers per source and tick; none of them is ever left out. */
  readonly metrics: number;
  readonly ticks: number;
}

/** Name of the recording in its store. */
export const RECORDING = 'bench';
/** End of the tick before the first, ms UTC. */
export const START = 1_767_600_000_000;

const TICKS_PER_CALL = 60;
/** Weight of the last load in the next one. */
const INERTIA = 0.98;

/**
 * Writes a recording into a fresh embedded store: processes under loads of their own that wander
 * and turn over with the hour. Counters and gauges follow the load of their source, each by a
 * share of its own, beside noise of their own.
 * @returns seconds that it took.
 */
export async function writeRecording(
  folder: string,
  shape: RecordingShape,
  onTick: (done: number) => void,
): Promise<number> {
  const start = process.hrtime.bigint();
  const store = await openStore(`lmdb:${folder}`, { mode: 'write' });
  const sources = generators(shape);
  for (let first = 0; first < shape.ticks; first += TICKS_PER_CALL) {
    const count = Math.min(TICKS_PER_CALL, shape.ticks - first);
    const batch = Array.from({ length: count }, (_, i) =>
      tickOf(
        first + i,
        sources.map((next) => next(first + i)),
      ),
    );
    await store.samples.append(RECORDING, batch);
    onTick((first + count) / shape.ticks);
  }
  await store.samples.seal(RECORDING);
  await store.close();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function generators({ sources, metrics }: RecordingShape): ((tick: number) => SourceSample)[] {
  const names = metricNames(metrics);
  return Array.from({ length: sources }, (_, s) => {
    const rng = seededRng(s + 1);
    const base = names.map((_, m) => 20 * 3 ** (m % 7) * (1 + rng.next()));
    const pull = names.map(() => rng.next());
    const phase = 2 * Math.PI * rng.next();
    let wander = 0;
    return (tick) => {
      wander = INERTIA * wander + 0.2 * (rng.next() - 0.5);
      const load = wander + 0.5 * Math.sin((2 * Math.PI * tick) / 3600 + phase);
      return {
        kind: 'process',
        name: `service-${s}`,
        values: new Map(
          names.map((name, m): [string, number] => {
            const share = 1 + (pull[m] as number) * load + 0.3 * (rng.next() - 0.5);
            return [name, 1 + Math.round((base[m] as number) * Math.max(0, share))];
          }),
        ),
      };
    };
  });
}

/** The registry's metrics of a process, then gauges of an application. */
function metricNames(count: number): string[] {
  const known = listMetrics()
    .filter(([, info]) => info.kind === 'process' && info.type !== 'histogram')
    .map(([name]) => name);
  const own = Array.from({ length: count }, (_, i) => `app.gauge_${i}`);
  return [...known, ...own].slice(0, count);
}

function tickOf(index: number, samples: readonly SourceSample[]): Tick {
  return quietTick(index, START + (index + 1) * 1000, samples);
}
