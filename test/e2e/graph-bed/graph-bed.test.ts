import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buildGraph, diffGraphs, diffSvg, type GraphDiff } from '@ethogram/graph';
import { type GraphPart, graphPartSchema } from '@ethogram/model';
import { canMakeUnits } from '@ethogram/testkit/bed';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ethogram, jsonLines } from '../binary.js';
import { type GraphBed, startGraphBed } from './graph-bed.js';
import { type GraphScore, scoreGraph } from './score-graph.js';

/** Recorded before the late service starts; longer shows more couplings that have no channel. */
const SECONDS = Number(process.env['ETHOGRAM_BED_SECONDS'] ?? 100);
/** Recorded after it started. `ETHOGRAM_BED_OUT` names a folder for the models and a picture. */
const LATE_SECONDS = Math.max(60, Math.round(SECONDS / 3));

const reason = !canMakeUnits()
  ? 'needs root and a cgroup2 hierarchy to name units'
  : !existsSync('/usr/bin/python3')
    ? 'needs /usr/bin/python3 for its shared memory'
    : undefined;
if (reason) process.stderr.write(`the graph bed: skipped: it ${reason}\n`);

describe.skipIf(reason !== undefined)('the graph of real processes with known couplings', () => {
  let folder: string;
  let bed: GraphBed;
  let score: GraphScore;
  let late: readonly [server: string, client: string];
  let diff: GraphDiff;
  let compared: Awaited<ReturnType<typeof ethogram>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-graph-bed-'));
    bed = await startGraphBed(join(folder, 'bed'), deviceOf(folder));
    const store = ['--store', `lmdb:${join(folder, 'store')}`];
    const learn = async (recording: string, seconds: number): Promise<string> => {
      const model = join(folder, `${recording}.json`);
      const recorded = await ethogram(
        ...['record', ...store, '--recording', recording, '--duration', `${seconds}s`],
      );
      expect(recorded.code, recorded.stderr).toBe(0);
      const trained = await ethogram(
        ...['train', ...store, '--recording', recording, '--out', model],
      );
      expect(trained.code, trained.stderr).toBe(0);
      return model;
    };
    const before = await learn('before', SECONDS);
    late = await bed.startLate();
    const after = await learn('after', LATE_SECONDS);
    const [older, newer] = [partOf(before), partOf(after)] as const;
    score = scoreGraph(buildGraph(older), bed);
    process.stderr.write(`the graph bed, ${SECONDS} s:\n${summary(score)}`);
    diff = diffGraphs(older, newer);
    compared = await ethogram('graph', 'diff', before, after, '-o', 'jsonl');
    const out = process.env['ETHOGRAM_BED_OUT'];
    if (out) {
      for (const model of [before, after]) copyFileSync(model, join(out, basename(model)));
      writeFileSync(join(out, 'diff.svg'), diffSvg(older, newer, diff));
    }
  }, 1_800_000);

  afterAll(async () => {
    await bed?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test('observes no link that is not there', () => {
    expect(score.observedPrecision, score.remarks.join('\n')).toBe(1);
  });

  test('observes every coupling that has a channel the kernel shows', () => {
    expect(score.observedRecall, score.remarks.join('\n')).toBeGreaterThanOrEqual(0.98);
  });

  test('finds nearly all couplings and hardly anything else, observed and inferred together', () => {
    // Couplings without a channel need ten minutes or more to be inferred.
    const goal = SECONDS >= 600 ? 0.95 : 0.85;
    expect(score.f1, score.remarks.join('\n')).toBeGreaterThanOrEqual(goal);
  });

  test('says which service started between two recordings, and who uses it', () => {
    const [server, client] = late;
    expect(diff.sources.new).toEqual(expect.arrayContaining([server, client]));
    const edge = { source: client, target: server, change: 'new', directed: true };
    expect(diff.edges).toContainEqual(expect.objectContaining(edge));
    expect(compared.code, compared.stderr).toBe(0);
    expect(jsonLines(compared.stdout)).toContainEqual(expect.objectContaining(edge));
  });

  test('calls no coupling gone that went on as before', () => {
    const still = new Set(bed.couplings.map(({ from, to }) => `${from} ${to}`));
    const gone = diff.edges.filter(
      ({ change, source, target, directed }) =>
        change === 'gone' && directed && still.has(`${source} ${target}`),
    );
    expect(gone).toEqual([]);
  });
});

/** The graph part of a model file. */
function partOf(model: string): GraphPart {
  const { graph } = JSON.parse(readFileSync(model, 'utf8')) as { readonly graph: unknown };
  return graphPartSchema.parse(graph);
}

/** The key of the disk that a folder is on, without a partition's number. */
function deviceOf(folder: string): string {
  const partition = execFileSync('findmnt', ['-no', 'SOURCE', '--target', folder])
    .toString()
    .trim();
  const parent = execFileSync('lsblk', ['-no', 'PKNAME', partition])
    .toString()
    .trim()
    .split('\n')[0];
  return `device:${parent || partition.replace('/dev/', '')}`;
}

function summary({ observedPrecision, observedRecall, f1, remarks }: GraphScore): string {
  const figures = `observed precision ${observedPrecision.toFixed(2)}, recall ${observedRecall.toFixed(2)}; merged F1 ${f1.toFixed(2)}`;
  return `${[figures, ...remarks].map((line) => `  ${line}`).join('\n')}\n`;
}
