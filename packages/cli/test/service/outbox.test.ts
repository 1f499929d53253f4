import { defineErrors, systemClock } from '@ethogram/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Outbox } from '../../src/service/outbox.js';

const errors = defineErrors({
  'TEST-1001': { title: 'away', remedy: 'wait for it', exitCode: 6 },
  'TEST-1002': { title: 'broken', remedy: 'mend it', exitCode: 1 },
});

let arrived: number[];
let said: string[];
let answer: () => 'taken' | 'held' | 'away' | 'broken';

beforeEach(() => {
  arrived = [];
  said = [];
  answer = () => 'taken';
});

/** A clock on which waiting is short. */
const clock = { ...systemClock, sleep: () => systemClock.sleep(1) };

function outbox(most = 1000): Outbox<number> {
  return new Outbox<number>({
    what: 'ticks',
    most,
    weigh: () => 1,
    clock,
    onTrouble: (text) => said.push(text),
    send: async (items) => {
      const what = answer();
      if (what === 'away') throw errors.make('TEST-1001', 'no server');
      if (what === 'broken') throw errors.make('TEST-1002', 'bad tick');
      arrived.push(...items);
      return what === 'taken';
    },
  });
}

const settled = (box: Outbox<number>): Promise<void> => box.close(AbortSignal.timeout(5_000));

describe('what waits for the store', () => {
  test('has arrived once it was pushed, while the store works', async () => {
    const box = outbox();
    for (let i = 0; i < 5; i++) {
      await box.push(i);
      expect(arrived).toHaveLength(i + 1);
    }
    expect([box.waiting, box.dropped, box.isAway, said]).toEqual([0, 0, false, []]);
  });

  test('waits in order while it is away, holds nobody up, and says both ends of it once', async () => {
    const box = outbox();
    answer = () => 'away';
    for (let i = 0; i < 20; i++) await box.push(i);
    expect([box.waiting, box.isAway]).toEqual([20, true]);
    answer = () => 'taken';
    await settled(box);
    expect(arrived).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(said).toEqual([
      'ticks wait in memory: TEST-1001: no server',
      'the store takes ticks again',
    ]);
  });

  test('gives way from its oldest end, and is counted', async () => {
    const box = outbox(8);
    answer = () => 'away';
    for (let i = 0; i < 20; i++) await box.push(i);
    expect([box.waiting, box.dropped]).toEqual([8, 12]);
    answer = () => 'taken';
    await settled(box);
    expect(arrived).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  });

  test('that the store itself holds is not sent twice', async () => {
    const box = outbox();
    answer = () => 'held';
    await box.push(1);
    expect([box.isAway, box.waiting]).toEqual([true, 0]);
    answer = () => 'taken';
    await box.push(2);
    await settled(box);
    expect(arrived).toEqual([1, 2]);
  });

  test('is dropped at the end, and counted, where the store stays away', async () => {
    const box = outbox();
    answer = () => 'away';
    await box.push(1);
    await box.close(AbortSignal.timeout(5));
    expect([box.dropped, arrived]).toEqual([1, []]);
  });

  test('that no later attempt can store is an error', async () => {
    const box = outbox();
    answer = () => 'broken';
    await expect(box.push(1)).rejects.toMatchObject({ code: 'TEST-1002' });
  });

  test('is never lost uncounted, twice or out of order, whatever the store does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('taken', 'held', 'away'), { maxLength: 60 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 40 }),
        async (answers, count, most) => {
          arrived = [];
          const left = [...answers];
          answer = () => left.shift() ?? 'taken';
          const box = outbox(most);
          for (let i = 0; i < count; i++) await box.push(i);
          await settled(box);
          expect(arrived.length + box.dropped).toBe(count);
          expect(arrived).toEqual([...new Set(arrived)].sort((a, b) => a - b));
        },
      ),
      { numRuns: 60 },
    );
  });
});
