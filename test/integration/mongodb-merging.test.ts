import { randomBytes } from 'node:crypto';
import { type Tick, unpackTicks } from '@ethogram/core';
import { mergeIntervals } from '@ethogram/store';
import { EXAMPLE_START, exampleTicks } from '@ethogram/testkit';
import { type MongoClient, MongoServerError } from 'mongodb';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Collections } from '../../packages/store/src/drivers/mongodb/documents.js';
import { MongoSession } from '../../packages/store/src/drivers/mongodb/mongo-session.js';
import { NativeMerging } from '../../packages/store/src/drivers/mongodb/native-merging.js';
import { NativeSamples } from '../../packages/store/src/drivers/mongodb/native-samples.js';
import { comparable } from '../../packages/testkit/src/store-contract/fixture.js';
import { skippedTest } from '../skipped-test.js';
import { startMongoServer, type TestServer } from './mongodb-server.js';
import { watchNeverSend } from './never-send.js';

const STEP_MS = 60_000;
const server = await startMongoServer();

if ('reason' in server) {
  skippedTest('ticks merged by a MongoDB server are what retention makes', server.reason);
} else {
  afterAll(() => server.stop());
  describe('ticks merged by a MongoDB server', () => mergingTests(server));
}

function mergingTests({ host, options }: TestServer): void {
  const opened: MongoSession[] = [];
  const sent: string[] = [];
  const notes: string[][] = [];
  afterEach(async () => {
    for (const session of opened.splice(0)) {
      await session.db.dropDatabase();
      await session.close();
    }
    expect(notes.flat()).toEqual([]);
  });

  const open = async (): Promise<MongoSession> => {
    const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
    const watch = (client: MongoClient): void => {
      notes.push(watchNeverSend(client, 'samples'));
      client.on('commandStarted', ({ commandName, command }) => {
        if (command[commandName] === 'samples') sent.push(commandName);
      });
    };
    const session = await MongoSession.open(
      `${host}/${database}${options}`,
      database,
      { mode: 'write', layout: 'native' },
      watch,
    );
    opened.push(session);
    return session;
  };
  const readMerged = async (samples: Pick<NativeSamples, 'read'>): Promise<unknown[]> => {
    sent.length = 0;
    const ticks: Tick[] = [];
    for await (const block of samples.read({ stepMs: STEP_MS })) ticks.push(...unpackTicks(block));
    return ticks.map(comparable);
  };
  const expected = (ticks: readonly Tick[]): unknown[] =>
    mergeIntervals(ticks, STEP_MS).map(comparable);

  it('are merged there, not here', async () => {
    const samples = new NativeSamples(await open());
    const ticks = exampleTicks({ count: 700 });
    await samples.append('a', ticks);
    expect(await readMerged(samples)).toEqual(expected(ticks));
    expect(new Set(sent)).toEqual(new Set(['aggregate']));
  });

  it('count once what a retry has doubled, and nothing that was not committed', async () => {
    const session = await open();
    const samples = new NativeSamples(session);
    const ticks = exampleTicks({ count: 130 });
    await samples.append('a', ticks);
    const { samples: rows, commits } = session.collections();
    const doubled = await rows.find({}, { projection: { _id: 0 } }).toArray();
    await rows.insertMany(doubled.filter((row) => row.seq % 3 === 0));
    const lost = [7, 64, 65, 129];
    await commits.deleteMany({ seq: { $in: lost } });
    expect(await readMerged(samples)).toEqual(
      expected(ticks.filter((tick) => !lost.includes(tick.seq))),
    );
    expect(new Set(sent)).toEqual(new Set(['aggregate']));
  });

  it('are merged here where the server has not all documents of them', async () => {
    const session = await open();
    const samples = new NativeSamples(session);
    const ticks = exampleTicks({ count: 100 });
    await samples.append('a', ticks);
    // One document more than there are: what a tick looks like when one of its own is gone.
    await session.collections().commits.updateOne({ seq: 40 }, { $inc: { rows: 1 } });
    expect(await readMerged(samples)).toEqual(expected(ticks.filter((tick) => tick.seq !== 40)));
    expect(sent).toContain('find');
  });

  it('are merged here where one interval holds more than a stretch', async () => {
    const samples = new NativeSamples(await open());
    const ticks = exampleTicks({ count: 1300, intervalMs: 50, sources: 1, from: EXAMPLE_START });
    await samples.append('a', ticks);
    expect(await readMerged(samples)).toEqual(expected(ticks));
  });

  it('are merged here, once and for all, where the server refuses the pipeline', async () => {
    const session = await open();
    const samples = new NativeSamples(session);
    const ticks = exampleTicks({ count: 700 });
    await samples.append('a', ticks);
    let refused = 0;
    const refusing = {
      run: <T>(operate: (collections: Collections) => Promise<T>): Promise<T> =>
        session.run((collections) => {
          const rows = new Proxy(collections.samples, {
            get(target, key): unknown {
              if (key !== 'aggregate') return Reflect.get(target, key);
              return () => {
                refused++;
                throw new MongoServerError({ message: 'Unrecognized stage', code: 40_324 });
              };
            },
          });
          return operate({ ...collections, samples: rows });
        }),
    };
    const range = { from: EXAMPLE_START, to: EXAMPLE_START + 700_000 };
    const merging = new NativeMerging(refusing, (part, asked) =>
      samples.read({ recording: part.name, host: part.host, range: asked }),
    );
    const [part] = await samples.recordings();
    if (!part) throw new RangeError('expected a recording, found none');
    const read: Tick[] = [];
    for await (const block of merging.read(part, range, STEP_MS)) read.push(...unpackTicks(block));
    expect(read.map(comparable)).toEqual(expected(ticks));
    expect(refused).toBe(1);
  });
}
