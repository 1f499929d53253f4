import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRng } from '@ethogram/core';
import { type BedNames, bedSources, startWebBed, type WebBed } from '@ethogram/testkit/bed';
import Graph from 'graphology';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ethogram, jsonLines, start } from './binary.js';

/** How long is recorded to learn from. */
const RECORD_SECONDS = 180;
/** How long is scored: calm, then the breach, then some seconds more. */
const CALM_SECONDS = 12;
const AFTER_SECONDS = 8;
const INTERVAL_MS = 1000;
/** The tick that holds an instant ends at most one interval after it; the scheduler may add this. */
const LATE_MS = 500;

interface Anomaly {
  readonly type: string;
  readonly ts: string;
  readonly source: { readonly kind: string; readonly name: string };
  readonly p: number | null;
  readonly kinds: readonly string[];
  readonly regime: string;
  readonly reasons: readonly { readonly metric: string }[];
}

/** What differs between one run of the main job and another. */
export interface MainJobSetting {
  /** Marks the names of the units, so that two runs at the same time keep apart. */
  readonly mark: string;
  /** Opens a fresh store: its URI, and how to end it. */
  store(folder: string): Promise<{ readonly uri: string; close(): Promise<void> }>;
}

/**
 * The main job from end to end on real services: record, train, score live and replayed, graph.
 * Needs root for the units and eBPF for counts of system calls.
 */
export function mainJob(title: string, setting: MainJobSetting): void {
  describe(title, () => {
    const names: BedNames = {
      nginx: `${setting.mark}-nginx.service`,
      redis: `${setting.mark}-redis.service`,
      client: `${setting.mark}-client.service`,
    };
    let folder: string;
    let bed: WebBed;
    let changing: AbortController;
    let store: Awaited<ReturnType<MainJobSetting['store']>>;
    let model: string;
    let recorded: Awaited<ReturnType<typeof ethogram>>;
    let trained: Awaited<ReturnType<typeof ethogram>>;
    let live: Awaited<ReturnType<typeof ethogram>>;
    let breachAt: number;
    let stoppedAt: number;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'ethogram-main-job-'));
      store = await setting.store(folder);
      model = join(folder, 'model.json');
      bed = await startWebBed(join(folder, 'bed'), names);
      changing = new AbortController();
      void changeLoad(bed, changing.signal);

      const at = ['--store', store.uri];
      recorded = await ethogram(
        ...['record', ...at, '--recording', 'normal', '--duration', `${RECORD_SECONDS}s`],
      );
      trained = await ethogram(...['train', ...at, '--recording', 'normal', '--out', model]);

      const recorder = start(['record', ...at, '--recording', 'breach']);
      await delay(3000);
      const scorer = start(['score', ...at, '--model', model, '--live', '-o', 'jsonl']);
      await delay(CALM_SECONDS * 1000);
      breachAt = Date.now();
      await bed.breach('ls / > /dev/null');
      await delay(AFTER_SECONDS * 1000);
      stoppedAt = Date.now();
      scorer.child.kill('SIGINT');
      live = await scorer.done;
      recorder.child.kill('SIGINT');
      await recorder.done;
    }, 600_000);

    afterAll(async () => {
      changing?.abort();
      await bed?.stop();
      await store?.close();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    test('a recording of three minutes holds a tick for every second and lost no call', async () => {
      expect(recorded.code, recorded.stderr).toBe(0);
      const { stdout } = await ethogram('recordings', '--store', store.uri, '-o', 'jsonl');
      const row = jsonLines<{ name: string; ticks: number; lost: number }>(stdout).find(
        (r) => r.name === 'normal',
      );
      const { lostBy } = jsonLines<{ lostBy: Record<string, number> }>(recorded.stdout)[0] ?? {};
      // On a busy machine a tick may come late, its counts complete all the same; and any process
      // of the host may make a link whose other end is gone before anybody can name it.
      const { 'tick.late': late = 0, 'links.unowned': unowned = 0, ...lost } = lostBy ?? {};
      expect(lost).toEqual({});
      expect(row?.lost).toBe(late + unowned);
      expect(row?.ticks).toBeGreaterThanOrEqual(RECORD_SECONDS - 3 - late);
    });

    test('training on it gives a provisional model that says what is missing', () => {
      expect(trained.code, trained.stderr).toBe(0);
      const text = readFileSync(model, 'utf8');
      expect(JSON.parse(text)).toMatchObject({ regime: 'provisional' });
      expect(trained.stdout + trained.stderr).toMatch(/provisional/);
      expect(trained.stdout + trained.stderr).toMatch(/minutes? (of|for|more)/);
    });

    test('a shell spawned by a worker is novel within two ticks', () => {
      const shells = jsonLines<Anomaly>(live.stdout).filter(
        (row) =>
          row.source.kind === 'process' &&
          row.source.name === `${names.nginx}/dash` &&
          row.kinds.includes('novel'),
      );
      expect(shells.length, live.stdout + live.stderr).toBeGreaterThan(0);
      const seen = Date.parse(shells[0]?.ts ?? '');
      expect(seen).toBeGreaterThan(breachAt);
      expect(seen - breachAt).toBeLessThanOrEqual(2 * INTERVAL_MS + LATE_MS);
      expect(shells[0]?.p).toBeNull();
      expect(shells[0]?.regime).toBe('provisional');
      expect(shells[0]?.reasons.length).toBeGreaterThan(0);
    });

    test('replay gives the records that live scoring gave, byte for byte', async () => {
      const replayed = await ethogram(
        ...['score', '--store', store.uri, '--model', model, '--recording', 'breach'],
        ...['-o', 'jsonl'],
      );
      // Whatever this host did meanwhile, as far as both saw it: the replay saw more at both ends.
      const seenByBoth = (output: string) =>
        output.split('\n').filter((line) => {
          const ts = line === '' ? 0 : Date.parse((JSON.parse(line) as Anomaly).ts);
          return ts >= breachAt - (CALM_SECONDS * 1000) / 2 && ts < stoppedAt - 2 * INTERVAL_MS;
        });
      const wanted = seenByBoth(live.stdout);
      expect(wanted.filter((line) => line.includes(`${names.nginx}/dash`))).not.toEqual([]);
      expect(seenByBoth(replayed.stdout)).toEqual(wanted);
      const told = live.stdout.split('\n').filter((line) => line !== '');
      expect(replayed.stdout.split('\n')).toEqual(expect.arrayContaining(told));
    });

    test('client, nginx and redis are one component of the graph, by edges of their own', async () => {
      const { code, stdout, stderr } = await ethogram(
        ...['graph', '--model', model, '--format', 'json'],
      );
      expect(code, stderr).toBe(0);
      const graph = Graph.from(JSON.parse(stdout));
      const sources = bedSources(names);
      const client = `process:${sources.client}`;
      const nginx = `process:${sources.nginx}`;
      const redis = `process:${sources.redis}`;
      for (const key of [client, nginx, redis]) expect(graph.hasNode(key), key).toBe(true);
      // Two edges among the three suffice for one component; a path through a fourth does not.
      const pairs = [
        [client, nginx],
        [nginx, redis],
        [client, redis],
      ] as const;
      const edges = pairs.filter(([a, b]) => graph.areNeighbors(a, b));
      expect(edges.length, stdout).toBeGreaterThanOrEqual(2);
    });

    test('the graph is the same bytes each time and DOT names its nodes', async () => {
      const dot = () => ethogram('graph', '--model', model, '--format', 'dot');
      const [first, second] = [await dot(), await dot()];
      expect(first.code, first.stderr).toBe(0);
      expect(second.stdout).toBe(first.stdout);
      expect(first.stdout).toContain(bedSources(names).redis);
    });
  });
}

/** A load that changes every five seconds, between idle and 250 requests a second. */
async function changeLoad(bed: WebBed, signal: AbortSignal): Promise<void> {
  const rng = seededRng(7);
  while (!signal.aborted) {
    bed.load(rng.integer(250));
    await delay(5000, undefined, { signal }).catch(() => {});
  }
}
