import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimeRange } from '@ethogram/core';
import type * as Learn from '@ethogram/learn';
import { serialiseModel } from '@ethogram/model';
import type * as Scoring from '@ethogram/score';
import { openStore, type Store } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START, syntheticTicks } from '../../packages/score/test/synthetic-host.js';

// The compiled packages: worker threads need files that Node can run.
const compiled = (path: string): string => new URL(`../../packages/${path}`, import.meta.url).href;
const { train } = (await import(compiled('learn/dist/index.js'))) as typeof Learn;
const { countIncidents } = (await import(compiled('score/dist/index.js'))) as typeof Scoring;

const HOUR_MS = 3_600_000;
const HOURS = 7;

describe('training in worker threads', () => {
  let folder = '';
  let store: Store | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-threads-'));
    const uri = `lmdb:${folder}`;
    const writer = await openStore(uri, { mode: 'write' });
    for (let hour = 0; hour < HOURS; hour++) {
      const ticks = syntheticTicks({ ticks: 3600, from: hour * 3600 });
      await writer.samples.append('day', ticks);
    }
    await writer.samples.seal('day');
    await writer.close();
    store = await openStore(uri, { mode: 'annotate' });
  });
  afterAll(async () => {
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const learn = (threads: number, hooks: Learn.TrainHooks = {}) =>
    train(
      (range?: TimeRange) =>
        (store as Store).samples.read({ recording: 'day', ...(range ? { range } : {}) }),
      {
        name: 'day',
        window: { from: START, to: START + HOURS * HOUR_MS + 1, exclude: [] },
        seed: 1,
      },
      {
        threads,
        evaluate: countIncidents,
        evaluator: compiled('cli/dist/models/alarm-evaluator.js'),
        kernels: compiled('cli/dist/models/native-kernels.js'),
        reader: {
          module: compiled('cli/dist/models/window-reader.js'),
          place: { uri: `lmdb:${folder}`, query: { recording: 'day' } },
        },
        ...hooks,
      },
    );

  it('gives the bytes that the calling thread gives', async () => {
    const alone = await learn(0);
    expect(alone.regime).toBe('full');
    expect(alone.kernels).toBe('native');
    expect(alone.thresholds.heldOut?.hours).toBeCloseTo(0.3 * HOURS, 2);
    expect(serialiseModel(await learn(2))).toBe(serialiseModel(alone));
    expect(serialiseModel(await learn(3))).toBe(serialiseModel(alone));
  });

  it('stops wherever it is when it is aborted, and the process goes on', async () => {
    for (const step of ['read', 'sources', 'graph'] as const) {
      const stop = new AbortController();
      const run = learn(2, {
        signal: stop.signal,
        onProgress: (progress) => {
          if (progress.step === step) stop.abort(new Error(`stopped at ${step}`));
        },
      });
      await expect(run).rejects.toThrow(`stopped at ${step}`);
    }
  });

  it('says in the caller’s own errors what a thread could not read', async () => {
    const reader = {
      module: compiled('cli/dist/models/window-reader.js'),
      place: { uri: `lmdb:${folder}/nowhere`, query: { recording: 'day' } },
    };
    await expect(learn(2, { reader })).rejects.toMatchObject({ code: 'STORE-1013', exitCode: 6 });
  });
});
