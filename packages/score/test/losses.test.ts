import { packTicks, type SourceSample, type Tick } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { createScorer, type TickScore } from '../src/index.js';
import { Losses } from '../src/losses.js';
import { MergedNames } from '../src/merged-names.js';
import { cut, syntheticBlocks, syntheticTicks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 7300;
const FULL = { 'ring.full': 3 };

describe('ticks that lost counts', () => {
  let model: Model;
  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }));
  });

  /** Ticks after training: what is there, and what was lost, by their numbers after it. */
  const ticksAfter = (
    count: number,
    change: (at: number, samples: SourceSample[]) => void,
    lost: (at: number) => Tick['lost'],
  ): Tick[] =>
    syntheticTicks({
      ticks: count,
      from: TRAINED,
      change: (index, { samples }) => change(index - TRAINED, samples),
    }).map((tick, at) => ({ ...tick, lost: lost(at) }));
  const score = (ticks: readonly Tick[]): TickScore[] => {
    const scorer = createScorer(model);
    return cut(ticks, () => 1).flatMap((block) => scorer.push(block));
  };
  const within = (at: number, from: number, to: number) => at >= from && at < to;
  const withoutDb = (samples: SourceSample[]): void => void samples.splice(1, 1);
  const storm = (samples: SourceSample[]): void => {
    const values = new Map(samples[2]?.values).set('iops.write', 900);
    samples[2] = { kind: 'device', name: 'vda', values };
  };
  const kindsOf = (scores: readonly TickScore[]) =>
    scores.flatMap(({ anomalies }) => anomalies.flatMap(({ kinds }) => kinds));

  it('are no silence: a source that is not seen in them is not missed', () => {
    const away = (lost: Tick['lost']) =>
      kindsOf(
        score(
          ticksAfter(
            300,
            (at, samples) => {
              if (within(at, 200, 250)) withoutDb(samples);
            },
            (at) => (within(at, 198, 252) ? lost : {}),
          ),
        ),
      );
    expect(away({})).toContain('absent');
    expect(away(FULL)).not.toContain('absent');
    expect(away({ 'tick.late': 1, 'links.unowned': 2 })).toContain('absent');
  });

  it('hide a source behind merged names only while it has no name of its own', () => {
    const merged = { 'sources.over-limit': 1 };
    const folded = (
      away: number,
      lost: Tick['lost'],
      change: (tick: Tick, at: number) => Tick = (tick) => tick,
    ) =>
      kindsOf(
        score(
          ticksAfter(
            600,
            (at, samples) => {
              if (at >= away) withoutDb(samples);
            },
            () => lost,
          ).map(change),
        ),
      );
    expect(folded(200, merged)).toContain('absent');
    expect(folded(0, {})).toContain('absent');
    // Another recorder may name others first.
    expect(folded(0, merged)).not.toContain('absent');
    const restarted = (tick: Tick, at: number) =>
      at < 200 ? tick : { ...tick, seq: tick.seq + 200_000_000 };
    expect(folded(200, merged, restarted)).not.toContain('absent');
    expect(folded(200, {}, restarted)).toContain('absent');
  });

  it('are no quiet: neither an alarm nor its incident closes by them', () => {
    const scores = score(
      ticksAfter(
        500,
        (at, samples) => {
          if (within(at, 100, 140)) storm(samples);
        },
        (at) => (within(at, 140, 190) ? FULL : {}),
      ),
    );
    expect(scores[139]?.anomalous).toBe(true);
    expect(scores.slice(140, 190).every(({ anomalous }) => anomalous)).toBe(true);
    expect(scores.at(-1)?.anomalous).toBe(false);
    const incidents = scores.flatMap((tick) => tick.incidents);
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(1);
    expect(incidents.at(-1)?.state).toBe('closed');
  });

  it('count as they are where every tick loses some: alarms close there too', () => {
    const scores = score(
      ticksAfter(
        600,
        (at, samples) => {
          if (within(at, 100, 140)) storm(samples);
        },
        () => FULL,
      ),
    );
    expect(scores[139]?.anomalous).toBe(true);
    expect(scores.at(-1)?.anomalous).toBe(false);
    expect(scores.every(({ incomplete }) => incomplete)).toBe(true);
  });

  it('are followed over a checkpoint', () => {
    const ticks = ticksAfter(
      500,
      (at, samples) => {
        if (within(at, 100, 140)) storm(samples);
      },
      (at) => (within(at, 140, 190) ? FULL : {}),
    );
    const whole = score(ticks);
    const first = createScorer(model);
    for (const block of cut(ticks.slice(0, 160), () => 1)) first.push(block);
    const second = createScorer(model, { checkpoint: first.checkpoint() });
    const rest = cut(ticks.slice(160), () => 1).flatMap((block) => second.push(block));
    expect(rest.map(({ anomalous }) => anomalous)).toEqual(
      whole.slice(160).map(({ anomalous }) => anomalous),
    );
    expect(rest.flatMap(({ incidents }) => incidents)).toEqual(
      whole.slice(160).flatMap(({ incidents }) => incidents),
    );
  });
});

describe('losses', () => {
  it('hide quiet for sixty ticks in a row at most, and begin anew after a tick without', () => {
    const losses = new Losses();
    const hidden = (lost: Readonly<Record<string, number>>) => {
      losses.visit(lost);
      return losses.hideQuiet;
    };
    for (let i = 0; i < 60; i++) expect(hidden(FULL)).toBe(true);
    expect(hidden(FULL)).toBe(false);
    expect(hidden({})).toBe(false);
    expect(hidden(FULL)).toBe(true);
  });

  it('go on from their state, which checkpoints of before they were followed do not have', () => {
    const losses = new Losses();
    losses.resume(60);
    losses.visit({ ...FULL, 'links.full': 2 });
    expect([losses.total, losses.hideQuiet, losses.state()]).toEqual([5, false, 61]);
    losses.resume(undefined);
    losses.visit(FULL);
    expect(losses.hideQuiet).toBe(true);
  });
});

describe('merged names', () => {
  const tick = (seq: number, lost: Tick['lost'] = { 'sources.over-limit': 2 }) =>
    packTicks([{ ...(syntheticTicks({ ticks: 1 })[0] as Tick), seq, lost }]);
  const seen = { named: true, silence: 599 };

  it('hide what was unused for as long as a recorder holds a name, and what never had one', () => {
    const hides = (intervalMs: number, source: { named: boolean; silence: number }) => {
      const names = new MergedNames(intervalMs);
      names.visit(tick(1), 0);
      return names.hides(source);
    };
    expect(hides(1000, seen)).toBe(false);
    expect(hides(1000, { named: true, silence: 600 })).toBe(true);
    expect(hides(100, seen)).toBe(false);
    // Merged out of ticks of a second.
    expect(hides(10_000, { named: true, silence: 60 })).toBe(true);
    expect(hides(1000, { named: false, silence: 0 })).toBe(true);
  });

  it('hide nothing in a tick without, and begin anew with another recorder', () => {
    const names = new MergedNames(1000);
    names.visit(tick(1, {}), 0);
    expect([names.hides({ named: false, silence: 0 }), names.beginAnew]).toEqual([false, false]);
    for (const [seq, anew] of [
      [2, false],
      [62, false],
      [9_000_000, true],
      [9_000_001, false],
      [3, true],
    ] as const) {
      names.visit(tick(seq), 0);
      expect(names.beginAnew).toBe(anew);
    }
    const later = new MergedNames(1000);
    later.resume(names.state());
    later.visit(tick(4), 0);
    expect(later.beginAnew).toBe(false);
    later.resume(undefined);
    later.visit(tick(9_000_000), 0);
    expect(later.beginAnew).toBe(false);
  });
});
