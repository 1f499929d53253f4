import { packTicks, type Tick } from '@ethogram/core';
import { train } from '@ethogram/learn';
import { type Model, serialiseModel } from '@ethogram/model';
import {
  type AnomalyRecord,
  createScorer,
  feedbackOn,
  type IncidentRecord,
  type TickScore,
} from '@ethogram/score';
import { openStore, type Store } from '@ethogram/store';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HOLDS_AFTER_MS, keepFeedback } from '../../src/score/feedback-store.js';
import { keepEvents, ReplayKeeper } from '../../src/score/keep-events.js';
import { ServiceScorer } from '../../src/service/service-scorer.js';
import { lonelyHost, TRAINED } from './lonely-host.js';

const HOUR = 3_600_000;
/** The database goes wild here, and stays so. */
const WILD = TRAINED + 100;

const ticks = lonelyHost({ ticks: TRAINED + 220, wildFrom: WILD });
const live = ticks.slice(TRAINED);
/** Ticks of `live` until the service ends: the incident is open by then. */
const CUT = 140;

let model: Model;
/** What a service tells that runs through. */
let through: readonly TickScore[];

beforeAll(async () => {
  model = await learn(1);
  await freshStore();
  const one = new Service();
  await one.take(live);
  expect(await kept('incident')).toMatchObject([{ state: 'open' }]);
  through = apart(one.told);
});

function learn(seed: number): Promise<Model> {
  const first = ticks[0]?.ts ?? 0;
  const window = { from: first, to: first + TRAINED * 1000, exclude: [] };
  const read = async function* () {
    yield packTicks(ticks.slice(0, TRAINED));
  };
  return train(read, { name: 'host', window, seed }, { learnGraph: null });
}

let store: Store;

async function activate(active: Model): Promise<void> {
  const json = serialiseModel(active);
  await store.models.put({ name: 'host', host: 'h', state: 'active', storedAt: 0, json });
}

beforeEach(freshStore);

async function freshStore(): Promise<void> {
  store = await openStore('memory:', { mode: 'write' });
  await store.samples.append('live', ticks.slice(0, TRAINED));
  await activate(model);
}

/** Ticks from one look for models and feedback to the next. */
const LOOK_EVERY = 5;

/** A service as `serve` runs it: stores a tick, scores it, keeps and tells what it meant. */
class Service {
  readonly told: TickScore[] = [];
  alarms: readonly AnomalyRecord[] = [];
  readonly paused: (string | null)[] = [];
  readonly scorer = new ServiceScorer({
    store,
    name: 'host',
    host: 'h',
    isShared: false,
    recording: 'live',
    vouch: () => undefined,
    onModel: () => undefined,
    onPaused: (why) => void this.paused.push(why),
    onRefused: (_, why) => {
      throw new Error(why);
    },
  });

  async look(nowMs: number): Promise<void> {
    const taken = await this.scorer.refresh(nowMs);
    await this.scorer.keepIfDue();
    if (taken) this.alarms = taken.alarms;
    for (const tick of taken?.news ?? []) await this.#tell(tick);
  }

  async take(
    some: readonly Tick[],
    beforeTick: (tick: Tick) => Promise<void> = async () => undefined,
  ): Promise<void> {
    for (let at = 0; at < some.length; at += LOOK_EVERY) {
      const next = some.slice(at, at + LOOK_EVERY);
      await this.look((next[0] as Tick).ts);
      await store.samples.append('live', next);
      for (const tick of next) {
        await beforeTick(tick);
        for (const scored of this.scorer.push(packTicks([tick]))) await this.#tell(scored);
      }
    }
  }

  async #tell(tick: TickScore): Promise<void> {
    this.told.push(tick);
    await keepEvents(store, tick);
  }
}

const anomalies = (told: readonly TickScore[]) => told.flatMap((tick) => tick.anomalies);
/** Records without the one field that says where a replay of them begins. */
const apart = (told: readonly TickScore[]) =>
  told
    .filter((tick) => tick.anomalies.length + tick.incidents.length > 0)
    .map((tick) => ({
      ...tick,
      anomalies: tick.anomalies.map((record) => ({ ...record, checkpoint: null })),
    }));
const kept = async (kind: 'anomaly' | 'incident' | 'checkpoint') =>
  (await store.events.list({ kind })).map(({ body }) => JSON.parse(body));

describe('a service that was stopped and started', () => {
  test('gives the same records as one that ran through, apart from the checkpoint', async () => {
    const before = new Service();
    await before.take(live.slice(0, CUT));
    await before.scorer.keep();
    const after = new Service();
    await after.take(live.slice(CUT));
    expect(apart([...before.told, ...after.told])).toEqual(through);
    expect(after.scorer.hasOpenIncident).toBe(true);
    expect(after.alarms.map(({ id }) => id)).toEqual(anomalies(before.told).map(({ id }) => id));
    const named = new Set(anomalies([...before.told, ...after.told]).map((a) => a.checkpoint));
    const ids = (await store.events.heads({ kind: 'checkpoint' })).map(({ id }) => id);
    expect(named.size).toBeGreaterThan(0);
    for (const id of named) expect(ids).toContain(id);
  });

  test('that was killed gives them too, from the last checkpoint and the ticks since, each told once', async () => {
    const before = new Service();
    await before.take(live.slice(0, CUT));
    const after = new Service();
    await after.take(live.slice(CUT));
    expect(await kept('incident')).toMatchObject([{ state: 'open' }]);
    expect(after.scorer.openIncidents).toBe(1);
    const told = [...anomalies(before.told), ...anomalies(after.told)].map(({ id }) => id);
    expect(told).toEqual(anomalies(through).map(({ id }) => id));
    const { checkpoint: _, ...last } = (await kept('anomaly')).at(-1);
    const { checkpoint: __, ...expected } = anomalies(through).at(-1) as AnomalyRecord;
    expect(last).toEqual(expected);
  });

  test('tells what a killed one had not told of the ticks that it had stored', async () => {
    const before = new Service();
    await before.take(live.slice(0, WILD - TRAINED - 5));
    await store.samples.append('live', live.slice(WILD - TRAINED - 5, CUT));
    const after = new Service();
    await after.look((live[CUT] as Tick).ts);
    expect(anomalies(after.told).length).toBeGreaterThan(0);
    expect(await kept('incident')).toMatchObject([{ state: 'open' }]);
  });

  test('goes on after days without a tick, and closes the incident where it is over', async () => {
    const before = new Service();
    await before.take(live.slice(0, CUT));
    await before.scorer.keep();
    const [open] = (await kept('incident')) as IncidentRecord[];
    const later = ticks.slice(0, 100).map((tick) => ({
      ...tick,
      seq: tick.seq + 10_000,
      ts: tick.ts + 72 * HOUR,
    }));
    const after = new Service();
    await after.take(later);
    expect(await kept('incident')).toMatchObject([{ id: open?.id, state: 'closed' }]);
    expect(after.scorer.hasOpenIncident).toBe(false);
  });

  test('without a checkpoint, or with one that cannot be read, an open incident stays one', async () => {
    for (const damage of ['remove', 'spoil'] as const) {
      await freshStore();
      const before = new Service();
      await before.take(live.slice(0, CUT));
      for (const head of await store.events.heads({ kind: 'checkpoint' })) {
        const body = JSON.stringify({ type: 'checkpoint', model: model.id, recording: 'live' });
        if (damage === 'remove') await store.events.remove('checkpoint', head.id);
        else await store.events.put({ ...head, body });
      }
      const after = new Service();
      await after.take(live.slice(CUT));
      expect(await kept('incident')).toMatchObject([{ state: 'open' }]);
      expect(after.scorer.openIncidents).toBe(1);
    }
  });
});

describe('a service whose model another version follows', () => {
  test('hands open incidents on, and keeps a checkpoint at once', async () => {
    const service = new Service();
    await service.take(live.slice(0, CUT));
    const count = (await store.events.heads({ kind: 'checkpoint' })).length;
    const second = await learn(2);
    await activate(second);
    await service.look((live[CUT] as Tick).ts);
    expect(service.scorer.openIncidents).toBe(1);
    expect((await kept('checkpoint')).map(({ model: of }) => of)).toContain(second.id);
    expect(await store.events.heads({ kind: 'checkpoint' })).toHaveLength(count + 1);
    await service.take(live.slice(CUT));
    expect(await kept('incident')).toMatchObject([{ state: 'open' }]);
  });
});

describe('a service on a store that others use', () => {
  test('mutes what was acknowledged on its own host, and nothing that was on another', async () => {
    const [first] = anomalies(through) as [AnomalyRecord];
    const at = (live[10] as Tick).ts;
    const word = feedbackOn(first, { verdict: 'expected', at, until: null });
    for (const host of ['h', 'elsewhere']) {
      for (const saidBefore of [true, false]) {
        await freshStore();
        const service = new Service();
        if (!saidBefore) await service.take(live.slice(0, 5));
        await keepFeedback(store, host, word);
        await service.take(live.slice(saidBefore ? 0 : 5, CUT));
        const told = anomalies(service.told).map(({ id }) => id);
        expect(told.includes(first.id), `${host} ${saidBefore}`).toBe(host === 'elsewhere');
      }
    }
  });

  test('has heard of a word before it holds, whenever between two looks it was said', async () => {
    const [first] = anomalies(through) as [AnomalyRecord];
    for (let offset = 0; offset < LOOK_EVERY; offset++) {
      const said = live[120 + offset] as Tick;
      const at = said.ts + HOLDS_AFTER_MS;
      const word = feedbackOn(first, { verdict: 'expected', at, until: null });
      await freshStore();
      const hears = new Service();
      await hears.take(live.slice(0, 180), async (tick) => {
        if (tick === said) await keepFeedback(store, 'h', word);
      });
      await freshStore();
      await keepFeedback(store, 'h', word);
      const knows = new Service();
      await knows.take(live.slice(0, 180));
      expect(apart(hears.told)).toEqual(apart(knows.told));
      const heard = hears.told.map(({ anomalous }) => anomalous);
      expect(heard).toEqual(knows.told.map(({ anomalous }) => anomalous));
      const muted = hears.told.findIndex(({ ts }) => ts >= at);
      expect([heard[muted - 1], heard[muted]]).toEqual([true, false]);
    }
  });

  test('goes on with no incident that a replay left open', async () => {
    const replay = new ReplayKeeper(store);
    const scorer = createScorer(model);
    const warmUp = ticks.slice(TRAINED - 700, TRAINED + CUT);
    for (const tick of scorer.push(packTicks(warmUp))) await replay.keep(tick);
    expect(await kept('incident')).toMatchObject([{ state: 'open', replay: true }]);
    const service = new Service();
    await service.look((live[0] as Tick).ts);
    expect(service.alarms).toEqual([]);
    expect(service.scorer.hasOpenIncident).toBe(false);
  });
});

describe('a service whose model learned from ticks of ten seconds', () => {
  test('scores every ten seconds once, as a replay of the recording does, also over a restart', async () => {
    const long = lonelyHost({ ticks: 10_800, wildFrom: 10_300 });
    const first = long[0]?.ts ?? 0;
    const window = { from: first, to: first + 10_000_000, exclude: [] };
    await store.samples.append('live', long.slice(TRAINED, 10_000));
    const ten = await train(
      (part) => store.samples.read({ host: 'h', range: part ?? window, stepMs: 10_000 }),
      { name: 'host', window, seed: 1 },
      { learnGraph: null },
    );
    expect(ten.timing.intervalMs).toBe(10_000);
    await activate(ten);
    const before = new Service();
    await before.take(long.slice(10_000, 10_333));
    await before.scorer.keep();
    const after = new Service();
    await after.take(long.slice(10_333));
    const told = [...before.told, ...after.told];
    const steps = told.map(({ ts }) => Math.floor(ts / 10_000));
    expect(steps.slice(1).every((step, i) => step === (steps[i] as number) + 1)).toBe(true);
    expect(new Set(anomalies(told).map(({ incident }) => incident)).size).toBe(1);
  });
});

describe('a service that measures ever more slowly', () => {
  /** Ticks of four seconds, after the calm ones. */
  const coarse = (from: number, count: number): Tick[] =>
    ticks.slice(0, count).map((tick, i) => ({
      ...tick,
      seq: 20_000 + from + i,
      ts: (live[50] as Tick).ts + 4000 * (from + i + 1),
      intervalNs: 4e9,
    }));

  test('records on, says once that it does not score, and scores again when ticks are fine', async () => {
    const service = new Service();
    await service.take(live.slice(0, 50));
    const scored = service.told.length;
    await service.take(coarse(0, 60));
    expect(service.paused).toEqual([expect.stringContaining('found 4000 ms')]);
    expect(service.told.length).toBeLessThan(scored + 60);
    const end = (live[50] as Tick).ts + 4000 * 60;
    const fine = ticks.slice(0, 60).map((tick, i) => ({
      ...tick,
      seq: 30_000 + i,
      ts: end + 1000 * (i + 1),
    }));
    await service.take(fine);
    expect(service.paused.at(-1)).toBeNull();
    expect(service.paused).toHaveLength(2);
    expect((await store.samples.recordings())[0]?.ticks).toBe(TRAINED + 50 + 60 + 60);
  });

  test('can be started on a store that holds such ticks', async () => {
    await store.samples.append('live', [...live.slice(0, 50), ...coarse(0, 60)]);
    const service = new Service();
    await service.take(coarse(60, 40));
    expect(service.scorer.isReady).toBe(true);
  });
});
