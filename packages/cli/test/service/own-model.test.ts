import { packTicks, type Tick } from '@ethogram/core';
import { train } from '@ethogram/learn';
import { type Model, serialiseModel } from '@ethogram/model';
import { openStore, type Store } from '@ethogram/store';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Learner } from '../../src/service/learner.js';
import {
  activeVersion,
  learnedAt,
  type ModelOwner,
  type ModelVersion,
  nameToLearn,
  scoringVersion,
} from '../../src/service/own-model.js';
import { ServiceScorer } from '../../src/service/service-scorer.js';
import { lonelyHost, TRAINED } from './lonely-host.js';

const HOUR = 3_600_000;
const HOSTS = ['web-1', 'web-2'] as const;

function owner(host: string, more: Partial<ModelOwner> = {}): ModelOwner {
  return { name: 'host', host, isShared: true, ...more };
}

function version(
  name: string,
  host: string,
  more: Partial<Pick<ModelVersion, 'version' | 'state' | 'storedAt'>> = {},
): ModelVersion {
  return { name, version: 1, host, state: 'active', storedAt: 0, ...more };
}

const during = (name: string, host: string, from: number, to: number) => ({ name, host, from, to });
const live = HOSTS.map((host) => during('live', host, 10, 20));
const learns = (listed: readonly ModelVersion[], of: ModelOwner, recordings = live) =>
  nameToLearn(listed, of, recordings, 'live');

describe('the name of a host’s model', () => {
  test('is the one asked for where nobody else works with the store, or it is this host’s', () => {
    expect(learns([], owner('web-1'), live.slice(0, 1))).toBe('host');
    expect(learns([], owner('web-1'), [])).toBe('host');
    expect(learns([], owner('web-1'), [during('normal', 'x', 0, 5)])).toBe('host');
    const imported = [during('live', 'web-1', 10, 20), during('normal', 'x', 0, 5)];
    expect(learns([], owner('web-1'), imported)).toBe('host');
    expect(learns([version('host', 'web-1')], owner('web-1'))).toBe('host');
    expect(learns([version('host', 'web-1', { state: 'candidate' })], owner('web-1'))).toBe('host');
  });

  test('is its own where another host has that name, or is about to learn under it', () => {
    expect(learns([version('host', 'web-1')], owner('web-2'))).toBe('web-2');
    expect(learns([], owner('web-2'))).toBe('web-2');
    const otherwise = [during('live', 'web-1', 10, 20), during('live-b', 'web-2', 12, 20)];
    expect(learns([], owner('web-1'), otherwise)).toBe('web-1');
    const golden = owner('web-2', { name: 'golden' });
    expect(learns([version('golden', 'web-1')], golden)).toBe('golden.web-2');
    const mixed = [
      version('host', 'web-2', { state: 'retired' }),
      version('host', 'web-1', { version: 2 }),
    ];
    expect(learns(mixed, owner('web-2'))).toBe('web-2');
    expect(learnedAt(mixed, owner('web-2'), 'web-2')).toBeUndefined();
  });

  test('of an embedded store is the one asked for, whatever the host was called before', () => {
    const alone = owner('new-name', { isShared: false });
    const listed = [version('host', 'old-name')];
    expect(learns(listed, alone)).toBe('host');
    expect(activeVersion(listed, alone)).toBe(listed[0]);
    expect(learnedAt(listed, alone, 'host')).toBe(0);
  });
});

describe('the active version', () => {
  test('of a shared store is one that was learned on this host', () => {
    const listed = [version('host', 'web-1', { version: 3 }), version('web-2', 'web-2')];
    expect(activeVersion(listed, owner('web-1'))).toBe(listed[0]);
    expect(activeVersion(listed, owner('web-2'))).toBe(listed[1]);
    expect(activeVersion(listed, owner('web-3'))).toBeUndefined();
    expect(scoringVersion(listed, owner('web-3'))).toBeUndefined();
  });

  test('until a host has its own may be that of another, where it was asked for by name', () => {
    const listed = [version('golden', 'web-1'), version('golden.web-2', 'web-2')];
    const golden = (host: string) => scoringVersion(listed, owner(host, { name: 'golden' }));
    expect(golden('web-3')).toBe(listed[0]);
    expect(golden('web-2')).toBe(listed[1]);
  });
});

describe('two hosts that share a store', () => {
  const ticks = HOSTS.map((host) =>
    lonelyHost({ ticks: TRAINED + 20, wildFrom: TRAINED + 20 }).map((tick) => ({ ...tick, host })),
  );
  let models: Model[];
  let store: Store;

  beforeAll(async () => {
    models = await Promise.all(ticks.map((some, i) => learn(some, i === 0 ? 'host' : 'web-2')));
  });

  beforeEach(async () => {
    store = await openStore('memory:', { mode: 'write' });
    for (const some of ticks) await store.samples.append('live', some.slice(0, TRAINED));
  });

  function learn(some: readonly Tick[], name: string): Promise<Model> {
    const from = some[0]?.ts ?? 0;
    const window = { from, to: from + TRAINED * 1000, exclude: [] };
    const read = async function* () {
      yield packTicks(some.slice(0, TRAINED));
    };
    return train(read, { name, window, seed: 1 }, { learnGraph: null });
  }

  async function keep(name: string, model: Model): Promise<void> {
    const json = serialiseModel(model);
    await store.models.put({ name, host: model.host, state: 'active', storedAt: 0, json });
  }

  function scorer(host: string) {
    const said: string[] = [];
    const one = new ServiceScorer({
      ...owner(host),
      store,
      recording: 'live',
      vouch: () => undefined,
      onModel: ({ name, version: number }, { host: of }) => said.push(`${name}@${number} of ${of}`),
      onPaused: () => undefined,
      onRefused: ({ name, version: number }, why) => said.push(`not ${name}@${number}: ${why}`),
    });
    return { one, said };
  }

  test('each score with the model of their own, and never with the other’s', async () => {
    const [first, second] = models as [Model, Model];
    expect([first.host, second.host]).toEqual(HOSTS);
    const [a, b] = HOSTS.map((host) => scorer(host)) as [
      ReturnType<typeof scorer>,
      ReturnType<typeof scorer>,
    ];
    const nowMs = ticks[0]?.[TRAINED]?.ts ?? 0;
    await keep('host', first);
    for (const { one } of [a, b]) await one.refresh(nowMs);
    expect(a.said).toEqual(['host@1 of web-1']);
    expect([b.one.isReady, b.said]).toEqual([
      false,
      ['not host@1: expected one learned on web-2, found one learned on web-1'],
    ]);
    await b.one.refresh(nowMs);
    expect(b.said).toHaveLength(1);
    await keep('web-2', second);
    for (const { one } of [a, b]) await one.refresh(nowMs);
    expect(b.said.slice(1)).toEqual(['web-2@1 of web-2']);
    // What web-1 learns next is none of web-2's business.
    await keep('host', first);
    await b.one.refresh(nowMs);
    expect(b.said).toHaveLength(2);
    const next = packTicks(ticks[1]?.slice(TRAINED, TRAINED + 1) ?? []);
    expect(b.one.push(next)).toMatchObject([{ host: 'web-2' }]);
  });

  test('each learn a first model, and follow their own', async () => {
    const runs: (readonly string[])[] = [];
    const learner = (host: string) =>
      new Learner({
        ...owner(host),
        store,
        recording: 'live',
        schedule: {
          firstAfterMs: HOUR / 4,
          everyMs: HOUR,
          at: undefined,
          driftEveryMs: 0,
          windowMs: HOUR,
          more: [],
        },
        run: async (args) => {
          runs.push(args);
          return { code: 0, stdout: '', stderr: '' };
        },
        onLearned: () => undefined,
      });
    const nowMs = (ticks[0]?.[TRAINED]?.ts ?? 0) + HOUR;
    const learnt = async (host: string) => {
      const one = learner(host);
      await one.tick(nowMs, false);
      await one.settled();
      return runs.splice(0).flat();
    };
    await keep('host', models[0] as Model);
    expect(await learnt('web-2')).toEqual(
      expect.arrayContaining(['--host', 'web-2', '--name', 'web-2']),
    );
    await keep('web-2', models[1] as Model);
    expect(await learnt('web-2')).toEqual(expect.arrayContaining(['--update', 'web-2@1']));
    expect(await learnt('web-1')).toEqual(expect.arrayContaining(['--update', 'host@1']));
  });
});
