import { pathToFileURL } from 'node:url';
import { seededRng } from '@ethogram/core';
import type { learnGraph as LearnGraph, LearnGraphInput } from '@ethogram/learn';
import { describe, expect, it } from 'vitest';

// The compiled package: worker threads need a file that Node can run.
const compiled = new URL('../../packages/learn/dist/index.js', import.meta.url);
const { learnGraph } = (await import(pathToFileURL(compiled.pathname).href)) as {
  readonly learnGraph: typeof LearnGraph;
};

/** Sixty sources in chains of three. */
function chains(threads: number): LearnGraphInput {
  const rng = seededRng(5);
  const activity: Float64Array[] = [];
  for (let i = 0; i < 60; i++) {
    const cause = i % 3 === 0 ? undefined : activity[i - 1];
    activity.push(
      Float64Array.from({ length: 700 }, (_, t) => 100 * rng.next() + 2 * (cause?.[t] ?? 0)),
    );
  }
  return {
    range: { from: 0, to: 700_000 },
    stepMs: 1000,
    sources: activity.map((_, i) => ({ kind: 'process', name: `p${i}`, metric: 'syscall.calls' })),
    activity,
    links: [],
    options: { threads },
  };
}

describe('learnGraph in worker threads', () => {
  it('gives the bytes that the calling thread gives', async () => {
    const alone = JSON.stringify(await learnGraph(chains(0)));
    expect(JSON.stringify(await learnGraph(chains(1)))).toBe(alone);
    expect(JSON.stringify(await learnGraph(chains(3)))).toBe(alone);
    expect(JSON.parse(alone).inferred.filter((e: { accepted: boolean }) => e.accepted).length).toBe(
      40,
    );
  });

  it('stops its threads when it is aborted', async () => {
    const stop = new AbortController();
    const run = learnGraph({ ...chains(2), signal: stop.signal });
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(run).rejects.toThrow('enough');
  });
});
