import { type Block, seededRng } from '@ethogram/core';
import { HostTracker, prepareViews } from '@ethogram/features';
import { type Model, parseModel, type SourceModel, serialiseModel } from '@ethogram/model';
import { describe, expect, it } from 'vitest';
import { estimatorContract } from '../../testkit/src/estimator-contract.js';
import type { PartShape } from '../src/detectors/part-bytes.js';
import { DETECTORS, type DetectorKind, viewBytes, withinBytes } from '../src/detectors/registry.js';
import type { Draft } from '../src/draft.js';
import { train } from '../src/index.js';

const ROWS = 1000;
const ODD_ROWS = 80;
const STEP_MS = 10_000;
const GAUGES = ['memory.rss', 'queue.length', 'temperature', 'connections', 'buffers'];
const CALLS = ['read', 'write', 'openat', 'futex'];
const BUCKETS = [9, 10, 11, 12, 13];
const SERIES = [
  ...GAUGES.map((metric) => ({ source: 0, metric })),
  ...CALLS.map((call) => ({ source: 0, metric: `syscall.${call}.calls` })),
  ...BUCKETS.map((bucket) => ({ source: 0, metric: 'read.sizes', scheme: 'log2', bucket })),
];

/** A process whose gauges follow two slow waves; in its odd rows everything jumps about. */
function recording(odd: boolean): Block {
  const rng = seededRng(11);
  const width = SERIES.length;
  const values = new Float64Array(ROWS * width);
  for (let t = 0; t < ROWS; t++) {
    const strange = odd && t >= ROWS - ODD_ROWS;
    const noise = (): number => rng.next() + rng.next() + rng.next() - 1.5;
    const waves = [Math.sin(t / 17), Math.cos(t / 29)] as const;
    const row = [
      ...GAUGES.map((_, i) => {
        const usual = 20 + 3 * waves[0] * ((i % 3) - 1.2) + 2 * waves[1] * (i - 1.7);
        return usual + 0.2 * noise() + (strange ? 40 * Math.sign(noise()) : 0);
      }),
      ...count(strange ? [3, 9, 60, 90] : [90, 60, 9, 3], noise),
      ...count(strange ? [1, 1, 1, 9, 90] : [50, 90, 30, 4, 1], noise),
    ];
    values.set(row, t * width);
  }
  return {
    host: 'made-up',
    boot: 'made-up',
    backend: 'import',
    blind: [],
    sources: [{ kind: 'process', name: 'made.service/made' }],
    series: SERIES,
    seq: Float64Array.from({ length: ROWS }, (_, i) => i),
    ts: Float64Array.from({ length: ROWS }, (_, i) => (i + 1) * STEP_MS),
    intervalNs: new Float64Array(ROWS).fill(STEP_MS * 1e6),
    rowStart: Uint32Array.from({ length: ROWS + 1 }, (_, i) => i * width),
    seriesIndex: Uint32Array.from({ length: ROWS * width }, (_, i) => i % width),
    values,
    links: new Map(),
    linkSnapshots: new Set(),
    markers: new Map(),
    lost: new Map(),
  };
}

/** Whole numbers about the usual ones. */
function count(usual: readonly number[], noise: () => number): number[] {
  return usual.map((value) => Math.round(value + 3 + 2 * noise()));
}

async function learn(block: Block, seed: number): Promise<Model> {
  const window = { from: 0, to: ROWS * STEP_MS + 1, exclude: [] };
  const read = async function* () {
    yield block;
  };
  return train(read, { name: 'made-up', seed, window }, { learnGraph: null });
}

/** What one view says of every tick, as scoring would ask it. */
function distances(model: Model, view: string, block: Block): Float64Array {
  const tracker = new HostTracker(model.sources, model.timing);
  const [source] = model.sources;
  const prepared = source ? prepareViews(source).find(({ name }) => name === view) : undefined;
  return Float64Array.from(block.ts, (_, t) => {
    tracker.advance(block, t);
    const [followed] = tracker.sources;
    return prepared && followed ? prepared.distance(followed) : Number.NaN;
  });
}

function shapeOf(model: Model): PartShape {
  const [source] = model.sources;
  return {
    features: source?.features.length ?? 0,
    axes: source?.axes?.rows ?? 0,
    calls: source?.calls.length ?? 0,
    buckets: source?.histograms.map(({ buckets }) => buckets.length) ?? [],
  };
}

const contract = ({ view, bytes }: DetectorKind): void =>
  estimatorContract<Model>(`the ${view} view`, {
    data: () => recording(false),
    odd: () => ({ block: recording(true), oddFrom: ROWS - ODD_ROWS }),
    fit: learn,
    score: (model, block) => distances(model, view, block),
    save: serialiseModel,
    load: (text) => parseModel(text),
    fitted: (model) => Boolean(model.sources[0]?.[view]),
    bytes: (model) => ({
      used: Buffer.byteLength(JSON.stringify(model.sources[0]?.[view])),
      declared: bytes(shapeOf(model)),
    }),
    errors: { empty: 'LEARN-1001', notFinite: 'LEARN-1004' },
  });

for (const kind of DETECTORS) contract(kind);

describe('the bytes of a source', () => {
  it('are at most 32 KB for the views of one among many: 40 metrics on 8 axes, 20 calls, 4 histograms', () => {
    const shape: PartShape = { features: 40, axes: 8, calls: 20, buckets: [16, 16, 16, 16] };
    expect(viewBytes(shape)).toBeLessThanOrEqual(32 * 1024);
  });

  it('are at most 32 KB in the full recipe too: a source of 40 metrics gets as many axes as fit', async () => {
    const source = await learnWide(40);
    expect(Buffer.byteLength(JSON.stringify(source))).toBeLessThanOrEqual(32 * 1024);
    // More than one among many gets, fewer than the forty that few sources may have.
    expect(source.axes?.rows).toBeGreaterThan(8);
    expect(source.axes?.rows).toBeLessThan(40);
    expect(source.level?.centres.cols).toBe(10 * (source.axes?.rows ?? 0));
    expect(source.shape?.centres.cols).toBe(40 * 2);
    // What few metrics need there is room for.
    const small = await learnWide(12);
    expect(small.axes?.rows).toBe(12);
  });
});

describe('a source that takes more than its bytes all the same', () => {
  it('goes without shape, then without modes, and keeps all that scores need', async () => {
    const learned = await learnWide(12);
    const heavy = (bytes: number): Draft => ({
      ...learned,
      attributes: { note: 'x'.repeat(bytes - JSON.stringify(learned).length) },
    });
    const fits = heavy(32_000);
    withinBytes(fits);
    expect(fits.shape).toEqual(learned.shape);
    const over = heavy(33_000);
    withinBytes(over);
    expect([over.shape, over.modes]).toEqual([null, learned.modes]);
    const far = heavy(50_000);
    withinBytes(far);
    expect([far.shape, far.modes]).toEqual([null, null]);
    expect(far.level).toEqual(learned.level);
  });
});

/** A machine whose metrics go their own ways, so that every axis is needed. */
async function learnWide(metrics: number): Promise<SourceModel> {
  const rng = seededRng(5);
  const values = Float64Array.from({ length: ROWS * metrics }, () => 100 * rng.next());
  const block: Block = {
    ...recording(false),
    sources: [{ kind: 'custom', name: 'machine' }],
    series: Array.from({ length: metrics }, (_, i) => ({ source: 0, metric: `metric_${i}` })),
    rowStart: Uint32Array.from({ length: ROWS + 1 }, (_, i) => i * metrics),
    seriesIndex: Uint32Array.from({ length: ROWS * metrics }, (_, i) => i % metrics),
    values,
  };
  const model = await learn(block, 1);
  return model.sources[0] as SourceModel;
}
