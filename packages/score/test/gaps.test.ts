import type { SourceSample, Tick } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { createScorer, type TickScore } from '../src/index.js';
import { cut, START, syntheticBlocks, syntheticTicks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 7300;
const GAP = 600;

describe('time that is missing', () => {
  let model: Model;
  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }));
    expect(model).toMatchObject({ regime: 'full', timing: { rowTicks: 10 } });
  });

  type Change = NonNullable<Parameters<typeof syntheticTicks>[0]['change']>;
  const ticksAfter = (count: number, change: Change = () => undefined): Tick[] =>
    syntheticTicks({ ticks: count, from: TRAINED, change });
  /** Nothing was recorded from the tick `at` after training on, for ten minutes. */
  const withGap = (ticks: readonly Tick[], at: number): Tick[] =>
    ticks.filter((_, i) => i < at || i >= at + GAP);
  const score = (ticks: readonly Tick[]): TickScore[] => {
    const scorer = createScorer(model);
    return cut(ticks, () => 1).flatMap((block) => scorer.push(block));
  };
  const withoutDb = (samples: SourceSample[]): void => {
    samples.splice(1, 1);
  };

  it('is no silence: a source is missed for the ticks in which it was away, not for those of a gap', () => {
    const away = (from: number, to: number) =>
      withGap(
        ticksAfter(1000, (index, { samples }) => {
          const at = index - TRAINED;
          if (at >= from && at < to) withoutDb(samples);
        }),
        200,
      );
    const kinds = (ticks: readonly Tick[]) =>
      score(ticks).flatMap(({ anomalies }) => anomalies.flatMap((record) => record.kinds));
    expect(kinds(away(196, 200 + GAP + 4))).not.toContain('absent');
    expect(kinds(away(200 + GAP, 200 + GAP + 20))).toContain('absent');
  });

  it('is no quiet: a fault that lasts over a gap stays one incident, open all along', () => {
    const ticks = ticksAfter(1200, (index, { samples }) => {
      if (index < TRAINED + 100) return;
      const values = new Map(samples[2]?.values).set('iops.write', 60);
      samples[2] = { kind: 'device', name: 'vda', values };
    });
    const scores = score(withGap(ticks, 300));
    const begun = scores.findIndex(({ anomalous }) => anomalous);
    expect(begun).toBeGreaterThanOrEqual(100);
    expect(scores.findIndex(({ anomalous }, i) => i > begun && !anomalous)).toBe(-1);
    const incidents = scores.flatMap((tick) => tick.incidents);
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(1);
    expect(incidents.every(({ state }) => state === 'open')).toBe(true);
  });

  it('ends a fault that ended within it, once there are rows again that show so', () => {
    const ticks = ticksAfter(1500, (index, { samples }) => {
      if (index < TRAINED + 100 || index > TRAINED + 300) return;
      const values = new Map(samples[2]?.values).set('iops.write', 60);
      samples[2] = { kind: 'device', name: 'vda', values };
    });
    const scores = score(withGap(ticks, 300));
    expect(scores.at(-1)?.anomalous).toBe(false);
    expect(scores.flatMap(({ incidents }) => incidents).at(-1)?.state).toBe('closed');
  });

  it('and steps of the clock, a suspend or a new boot are no news', () => {
    const ticks = ticksAfter(900).map((tick, i) => {
      if (i < 200) return tick;
      if (i < 400) return { ...tick, ts: tick.ts - 3_600_000 };
      if (i < 600) return { ...tick, ts: tick.ts + 86_400_000 };
      return { ...tick, ts: tick.ts + 86_400_000, boot: 'boot-2' };
    });
    const scores = score(ticks);
    expect(scores).toHaveLength(900);
    expect(scores.flatMap(({ anomalies }) => anomalies)).toEqual([]);
    expect(scores.slice(390, 400).some((tick) => tick.score > 0)).toBe(true);
    expect(scores[200]?.ts).toBeLessThan(START + (TRAINED + 200) * 1000);
  });

  it('a renamed source is new under one name and missed under the other, in one incident', () => {
    const scores = score(
      ticksAfter(400, (index, { samples }) => {
        const db = samples[1];
        if (db && index >= TRAINED + 200) samples[1] = { ...db, name: 'db.service/db-2' };
      }),
    );
    const records = scores.flatMap(({ anomalies }) => anomalies);
    const seen = records.map(({ source, kinds }) => `${source.name} ${kinds[0]}`);
    expect(seen).toContain('db.service/db-2 novel');
    expect(seen).toContain('db.service/db absent');
    expect(new Set(records.map(({ incident }) => incident)).size).toBe(1);
  });
});
