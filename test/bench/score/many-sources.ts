import { type Block, packTicks, type SourceSample, type Tick, unpackTicks } from '@ethogram/core';
import { packMatrix } from '@ethogram/features';
import { train } from '@ethogram/learn';
import { type Model, sealModel } from '@ethogram/model';
import { importInto, openStore } from '@ethogram/store';

const RECORDING = 'datasets/web-story/web-story.parquet';
/** The quiet part of the recording: services at work, nothing injected. Minutes. */
const QUIET = { from: 20, to: 75 };
const MINUTE_MS = 60_000;
/** How often the quiet part is repeated, so that everything is learned (more than two hours). */
const REPEATS = 3;

/** A real recording, learned with all views, from which hosts of any size are made. */
export interface Pattern {
  readonly model: Model;
  readonly ticks: readonly Tick[];
}

/**
 * Learns the shipped recording of real services, repeated until the regime is `full`, with the
 * number of principal axes that hosts with many sources get.
 */
export async function learnPattern(): Promise<Pattern> {
  const store = await openStore('memory:', { mode: 'write' });
  const all: Tick[] = [];
  try {
    await importInto(store.samples, 'web', [RECORDING], {});
    for await (const block of store.samples.read({ recording: 'web' })) {
      all.push(...unpackTicks(block));
    }
  } finally {
    await store.close();
  }
  const start = all[0]?.ts ?? 0;
  const quiet = all.filter(
    ({ ts }) => ts >= start + QUIET.from * MINUTE_MS && ts < start + QUIET.to * MINUTE_MS,
  );
  const length = (QUIET.to - QUIET.from) * MINUTE_MS;
  const ticks = Array.from({ length: REPEATS }, (_, round) =>
    quiet.map((tick, i) => ({
      ...tick,
      seq: round * quiet.length + i,
      ts: tick.ts + round * length,
    })),
  ).flat();
  const blocks = asBlocks(ticks);
  const model = await train(
    () => replay(blocks),
    {
      name: 'score-bench',
      window: { from: ticks[0]?.ts ?? 0, to: (ticks.at(-1)?.ts ?? 0) + 1, exclude: [] },
      seed: 1,
      settings: { fewSources: 0 },
    },
    { learnGraph: null },
  );
  return { model, ticks: quiet };
}

/** A host of so many sources that behave like those of the pattern, and its next ticks as blocks. */
export interface LargeHost {
  readonly model: Model;
  readonly blocks: readonly Block[];
  /** Values a tick, on average. */
  readonly values: number;
}

/** Copies the steady processes and disks of a pattern under names of their own. */
export function largeHost(pattern: Pattern, sources: number, ticks: number): LargeHost {
  const copied = pattern.model.sources.filter(
    ({ sporadic, calibration, self }) => !sporadic && !self && calibration !== null,
  );
  const copies = Math.ceil(sources / copied.length);
  const names = Array.from({ length: copies }, (_, copy) =>
    copied.map(({ kind, name }) => ({ kind, name, as: `${name}-${copy}` })),
  )
    .flat()
    .slice(0, sources);
  const models = names.map(({ kind, name, as }) => {
    const source = copied.find((one) => one.kind === kind && one.name === name);
    if (!source) throw new Error(`largeHost: nothing to copy under ${as}`);
    return { ...source, name: as, known: { ...source.known, links: [] } };
  });
  const model = sealModel({
    ...pattern.model,
    sources: models,
    together: together(pattern.model, names),
  });
  const copy = (tick: Tick, seq: number): Tick => {
    const byName = new Map(tick.samples.map((sample) => [`${sample.kind}:${sample.name}`, sample]));
    const samples: SourceSample[] = names.flatMap(({ kind, name, as }) => {
      const sample = byName.get(`${kind}:${name}`);
      return sample ? [{ ...sample, name: as }] : [];
    });
    return { ...tick, seq, samples, links: [], markers: [] };
  };
  const blocks = asBlocks(pattern.ticks.slice(0, ticks).map(copy));
  const values = blocks.reduce((sum, block) => sum + block.values.length, 0) / ticks;
  return { model, blocks, values };
}

/** The views of the host over all copies; copies know nothing of each other. */
function together(
  { together: part }: Model,
  names: readonly { readonly kind: string; readonly name: string; readonly as: string }[],
): Model['together'] {
  if (!part?.joint) return part;
  const members = names.flatMap(({ kind, name, as }) => {
    const member = part.members.find((one) => one.kind === kind && one.name === name);
    return member ? [{ ...member, name: as }] : [];
  });
  const size = members.length;
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++) data[i * size + i] = 1;
  const precision = packMatrix({ rows: size, cols: size, data }, 'f32');
  return { members, joint: { ...part.joint, precision }, relation: null };
}

function asBlocks(ticks: readonly Tick[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < ticks.length; at += 60) blocks.push(packTicks(ticks.slice(at, at + 60)));
  return blocks;
}

async function* replay(blocks: readonly Block[]): AsyncGenerator<Block> {
  yield* blocks;
}
