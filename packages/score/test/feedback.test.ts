import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { createScorer, type Feedback, feedbackOn, type TickScore } from '../src/index.js';
import { processSample, START, syntheticBlocks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 1000;
const at = (tick: number): number => START + tick * 1000;

/** A disk storm at ticks 60–100 and 300–340, and a shell at 200 and 420. */
const blocks = () =>
  syntheticBlocks({
    ticks: 500,
    from: TRAINED,
    blockTicks: 50,
    change: (index, { samples }) => {
      const tick = index - TRAINED;
      if ((tick >= 60 && tick < 100) || (tick >= 300 && tick < 340)) {
        const values = new Map(samples[2]?.values).set('iops.write', 2000);
        samples[2] = { kind: 'device', name: 'vda', values };
      }
      if (tick === 200 || tick === 420) samples.push(processSample('sh', { execve: 1, read: 4 }));
    },
  });

const withoutCheckpoints = (tick: TickScore) => ({
  ...tick,
  anomalies: tick.anomalies.map(({ checkpoint: _, ...record }) => record),
});

describe('feedback', () => {
  let model: Model;
  let plain: TickScore[];
  const scoreWith = (feedback: readonly Feedback[]): TickScore[] => {
    const scorer = createScorer(model, { feedback });
    return blocks().flatMap((block) => scorer.push(block));
  };
  const records = (scores: readonly TickScore[]) => scores.flatMap(({ anomalies }) => anomalies);

  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }));
    plain = scoreWith([]);
  });

  const acknowledge = (until: number | null, verdict: Feedback['verdict'] = 'expected') =>
    records(plain)
      .filter(({ ts }) => Date.parse(ts) < at(TRAINED + 150))
      .map((record) => feedbackOn(record, { verdict, at: at(TRAINED + 150), until }));

  it('mutes what was acknowledged, and nothing else', () => {
    const after = records(scoreWith(acknowledge(null)));
    const late = after.filter(({ ts }) => Date.parse(ts) > at(TRAINED + 150));
    expect(late.map(({ source }) => source.name)).toEqual(['sh', 'sh']);
    expect(scoreWith(acknowledge(null))[320]?.anomalous).toBe(false);
  });

  it('changes nothing before its own time', () => {
    const muted = scoreWith(acknowledge(null));
    expect(muted.slice(0, 149)).toEqual(plain.slice(0, 149));
  });

  it('ends with its expiry', () => {
    const after = records(scoreWith(acknowledge(at(TRAINED + 290))));
    expect(after.filter(({ source }) => source.name === 'vda').length).toBe(
      records(plain).filter(({ source }) => source.name === 'vda').length,
    );
  });

  it('does not mute what was called misbehaviour', () => {
    expect(scoreWith(acknowledge(null, 'misbehaviour'))).toEqual(plain);
  });

  it('mutes an alarm that is open when it comes', () => {
    const first = records(plain).find(({ source }) => source.name === 'vda');
    if (!first) throw new Error('expected an anomaly of the disk');
    const given = feedbackOn(first, { verdict: 'expected', at: at(TRAINED + 80), until: null });
    const scores = scoreWith([given]);
    expect(scores[75]?.anomalous).toBe(true);
    expect(scores[85]?.anomalous).toBe(false);
  });

  it('is decided by the latest word on an anomaly, from its own time on', () => {
    const disk = (scores: readonly TickScore[], from: number) =>
      records(scores).filter(
        ({ source, ts }) => source.name === 'vda' && Date.parse(ts) > at(TRAINED + from),
      );
    const told = disk(plain, 290).length;
    expect(told).toBeGreaterThan(0);
    const muted = acknowledge(null);
    const again = (tick: number, more: Partial<Feedback>) =>
      muted.map((word) => ({ ...word, at: at(TRAINED + tick), ...more }));
    const wrong = again(250, { verdict: 'misbehaviour' });
    expect(disk(scoreWith(muted), 290)).toHaveLength(0);
    expect(disk(scoreWith([...muted, ...wrong]), 290)).toHaveLength(told);
    expect(disk(scoreWith([...wrong, ...muted]), 290)).toHaveLength(told);
    const short = again(250, { until: at(TRAINED + 280) });
    expect(disk(scoreWith([...muted, ...short]), 290)).toHaveLength(told);
    const late = again(450, { verdict: 'misbehaviour' });
    expect(disk(scoreWith([...muted, ...late]), 290)).toHaveLength(0);
  });

  it('that takes back what was said is heeded by a scorer that runs, also over a checkpoint', () => {
    const muted = acknowledge(null);
    const wrong = muted.map(
      (word): Feedback => ({ ...word, verdict: 'misbehaviour', at: at(TRAINED + 250) }),
    );
    const expected = scoreWith([...muted, ...wrong]).map(withoutCheckpoints);
    const [before, after] = [blocks().slice(0, 4), blocks().slice(4)];
    for (const said of ['before', 'after'] as const) {
      const first = createScorer(model, { feedback: muted });
      const scores = before.flatMap((block) => first.push(block));
      if (said === 'before') for (const word of wrong) first.acknowledge(word);
      const second = createScorer(model, { checkpoint: first.checkpoint() });
      if (said === 'after') for (const word of wrong) second.acknowledge(word);
      scores.push(...after.flatMap((block) => second.push(block)));
      expect(scores.map(withoutCheckpoints)).toEqual(expected);
    }
  });

  it('that takes back what muted an open alarm lets it be heard again', () => {
    const first = records(plain).find(({ source }) => source.name === 'vda');
    if (!first) throw new Error('expected an anomaly of the disk');
    const muted = feedbackOn(first, { verdict: 'expected', at: at(TRAINED + 75), until: null });
    const wrong: Feedback = { ...muted, verdict: 'misbehaviour', at: at(TRAINED + 85) };
    const scores = scoreWith([muted, wrong]);
    const [before, between, after] = [72, 80, 90].map((tick) => scores[tick]?.anomalous);
    expect([before, between, after]).toEqual([true, false, true]);
    // Another anomaly whose word covers it mutes it still.
    const other = scoreWith([muted, { ...muted, anomaly: 'another' }, wrong]);
    expect(other[90]?.anomalous).toBe(false);
  });

  it('with an end leaves behind when what it mutes went on', () => {
    const unheard = (scores: readonly TickScore[]) => scores.flatMap((tick) => tick.unheard ?? []);
    const storm = unheard(scoreWith(acknowledge(at(TRAINED + 480))));
    expect(storm[0]?.suspects.map(({ source }) => source)).toEqual(['device:vda']);
    const last = storm.at(-1);
    expect(last?.state).toBe('closed');
    const [start, end] = [last?.start ?? '', last?.end ?? ''].map((time) => Date.parse(time));
    expect(start).toBeGreaterThan(at(TRAINED + 300));
    expect(start).toBeLessThan(at(TRAINED + 320));
    expect(end).toBeGreaterThan(at(TRAINED + 335));
    const turn = new Date(at(TRAINED + 320)).toISOString();
    expect(storm.some((record) => record.state === 'open' && record.end === turn)).toBe(true);
    expect(unheard(scoreWith(acknowledge(null)))).toEqual([]);
  });

  it('with an end, of an open alarm, says so from its own time on, also over a checkpoint', () => {
    const first = records(plain).find(({ source }) => source.name === 'vda');
    if (!first) throw new Error('expected an anomaly of the disk');
    const until = at(TRAINED + 400);
    const feedback = [feedbackOn(first, { verdict: 'expected', at: at(TRAINED + 80), until })];
    const whole = scoreWith(feedback);
    const told = whole.flatMap((tick) => tick.unheard ?? []);
    expect(told[0]).toMatchObject({
      state: 'open',
      start: new Date(at(TRAINED + 80)).toISOString(),
      suspects: [{ source: 'device:vda' }],
    });
    expect(told.at(-1)?.state).toBe('closed');
    let scorer = createScorer(model, { feedback });
    const scores: TickScore[] = [];
    for (const block of blocks()) {
      scores.push(...scorer.push(block));
      scorer = createScorer(model, { checkpoint: scorer.checkpoint() });
    }
    expect(scores.map(withoutCheckpoints)).toEqual(whole.map(withoutCheckpoints));
  });

  it('survives a checkpoint', () => {
    const feedback = acknowledge(null);
    const whole = scoreWith(feedback);
    const goesOn = createScorer(model, { feedback });
    const scores: TickScore[] = [];
    let scorer = createScorer(model, { feedback });
    for (const block of blocks()) {
      const now = scorer.push(block);
      expect(now).toEqual(goesOn.push(block));
      scores.push(...now);
      const checkpoint = goesOn.checkpoint();
      expect(scorer.checkpoint()).toBe(checkpoint);
      scorer = createScorer(model, { checkpoint });
    }
    // Records name the checkpoint to replay them from: the one thing in which a restart shows.
    expect(scores.map(withoutCheckpoints)).toEqual(whole.map(withoutCheckpoints));
  });
});
