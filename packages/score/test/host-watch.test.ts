import { sourceKey } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { HostWatch } from '../src/host-watch.js';
import { createScorer, type TickScore } from '../src/index.js';
import { processSample, type SyntheticOptions, syntheticBlocks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 1200;
const web = 'process:web.service/web';
const db = 'process:db.service/db';

describe('the host as a whole', () => {
  let model: Model;
  /** The same model without rates of single sources: what the host's own views see alone. */
  let alone: Model;
  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }), 1, {});
    alone = { ...model, sources: model.sources.map((s) => ({ ...s, calibration: null })) };
  });
  const score = (
    scored: Model,
    change: NonNullable<SyntheticOptions['change']>,
    ticks = 120,
  ): TickScore[] => {
    const scorer = createScorer(scored);
    return syntheticBlocks({ ticks, from: TRAINED, change }).flatMap((block) => scorer.push(block));
  };
  const records = (scores: readonly TickScore[]) => scores.flatMap(({ anomalies }) => anomalies);

  it('is learned with its members, their precision matrix, and who follows whom', () => {
    const keys = model.together?.members.map(sourceKey) ?? [];
    expect(keys).toEqual(expect.arrayContaining([web, db, 'device:vda']));
    expect(keys).not.toContain('process:ethogram');
    expect(model.together?.joint?.precision.rows).toBe(keys.length);
    const [edge] = model.together?.relation?.edges ?? [];
    expect([keys[edge?.caller ?? -1], keys[edge?.callee ?? -1]]).toEqual([web, db]);
    expect(edge?.slope).toBeGreaterThan(0.5);
  });

  it('stays quiet while sources move together, however far', () => {
    expect(records(score(alone, () => undefined, 600))).toEqual([]);
  });

  it('says that a relation is broken where a caller rises and its callee does not', () => {
    const found = records(
      score(alone, (index, { samples }) => {
        if (index >= TRAINED + 50) {
          samples[0] = processSample('web.service/web', { read: 320, write: 240, epoll_wait: 160 });
          samples[1] = processSample('db.service/db', { recvfrom: 12, sendto: 12, epoll_wait: 6 });
        }
      }),
    );
    const record = found.find(({ kinds }) => kinds.includes('relation'));
    expect(record?.source.name).toBe('db.service/db');
    expect(record?.reasons[0]?.metric).toBe('syscall.calls');
    expect(record?.reasons[0]?.actual).toBeLessThan(record?.reasons[0]?.expected[0] ?? 0);
  });

  it('pages where sources part although each stays within what it ever did, and names who left', () => {
    // The disk does what it does at half the load while both services work as hard as ever.
    const found = records(
      score(alone, (index, { samples }) => {
        if (index < TRAINED + 50) return;
        samples[2] = {
          kind: 'device',
          name: 'vda',
          values: new Map([
            ['iops.read', 1],
            ['iops.write', 4],
            ['bytes.write', 30_000],
          ]),
        };
      }),
    );
    const record = found.find(({ kinds }) => kinds.includes('joint'));
    expect(record?.source).toEqual({ kind: 'device', name: 'vda' });
    expect(record?.severity).toBe('critical');
    expect(record?.reasons[0]?.metric).toBe('iops.read+iops.write');
  });

  it('calls a storm of calls critical within two ticks', () => {
    const at = TRAINED + 60;
    const scores = score(model, (index, { samples }) => {
      if (index < at) return;
      samples[0] = processSample('web.service/web', { read: 9000, write: 300, epoll_wait: 150 });
    });
    const first = scores.findIndex(({ anomalies }) =>
      anomalies.some(({ severity, kinds }) => severity === 'critical' && !kinds.includes('novel')),
    );
    expect(first).toBeLessThanOrEqual(61);
    expect(scores[first]?.anomalies[0]?.source.name).toBe('web.service/web');
  });

  it('needs two odd ticks of five for that', () => {
    const at = [TRAINED + 60, TRAINED + 70, TRAINED + 72];
    const watch = HostWatch.of(model);
    const limits = model.thresholds;
    const bursts = syntheticBlocks({
      ticks: 90,
      from: TRAINED,
      change: (index, { samples }) => {
        if (!at.includes(index)) return;
        samples[0] = processSample('web.service/web', { read: 9000, write: 300, epoll_wait: 150 });
      },
    }).flatMap((block) =>
      [...block.ts].map((ts, t) => {
        watch?.visit(block, t);
        return watch?.bursts(ts, limits).has(web) ?? false;
      }),
    );
    expect(bursts.indexOf(true)).toBe(72);
  });

  it('keeps silent about what a source has told itself', () => {
    const found = records(
      score(model, (index, { samples }) => {
        if (index >= TRAINED + 50) samples.splice(1, 1);
      }),
    );
    expect(found.filter(({ kinds }) => kinds.includes('joint'))).toEqual([]);
  });
});
