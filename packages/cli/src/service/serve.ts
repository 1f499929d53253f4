import { packTicks, type Tick } from '@ethogram/core';
import { countText } from '@ethogram/report';
import type { AnomalyRecord, TickScore } from '@ethogram/score';
import type { RetentionPolicy, Store } from '@ethogram/store';
import type { CollectorLease } from '../collect/collector-lease.js';
import type { CostAccount } from '../collect/own-cost.js';
import type { CommandContext } from '../command.js';
import { hasEvents, keepEvents } from '../score/keep-events.js';
import type { Learner } from './learner.js';
import { isUnavailable, Outbox } from './outbox.js';
import type { Outlets } from './outlets.js';
import type { ServiceScorer } from './service-scorer.js';

/** How often the service looks for another model, for feedback, and whether it is time to learn. */
const LOOK_EVERY_NS = 5_000_000_000n;
const RETAIN_EVERY_NS = 3_600_000_000_000n;
/** Values of ticks that wait in memory at most: some 100 MB. */
const MOST_VALUES = 1_500_000;
/** Ticks whose anomalies and incidents wait at most. */
const MOST_EVENTS = 1_000;
/** After SIGTERM, so long for what waits for the store: the whole service has five seconds. */
const FLUSH_MS = 1_500;

/** The parts that a tick goes through. */
export interface Service {
  readonly store: Store;
  readonly recording: string;
  readonly scorer: ServiceScorer;
  readonly learner: Learner;
  readonly lease: CollectorLease;
  readonly outlets: Outlets;
  /** The CPU time that counts against `--max-cpu`. */
  readonly cost: CostAccount;
  /** What is kept for how long, as the config says now. */
  policy(): RetentionPolicy | undefined;
  /** Takes over a config file that was changed, where it was asked to. */
  reloadIfAsked(): Promise<void>;
}

/**
 * Takes tick after tick through the house; gives the anomalies that begin. A store that goes away
 * stops neither measuring nor scoring: what it should get waits, within a bound.
 */
export async function* serve(
  { clock, signal, notices }: Pick<CommandContext, 'clock' | 'signal' | 'notices'>,
  ticks: AsyncIterable<Tick>,
  service: Service,
): AsyncGenerator<AnomalyRecord> {
  const { store, recording, scorer, learner, lease, outlets, cost } = service;
  const { state, alerts } = outlets;
  const onTrouble = (text: string) => notices.warn(text);
  const stored = new Outbox<Tick>({
    what: 'ticks',
    most: MOST_VALUES,
    weigh: (tick) => tick.samples.reduce((sum, { values }) => sum + values.size, 1),
    clock,
    onTrouble,
    send: async (batch) => {
      const result = await store.samples.append(recording, batch);
      state.appended(result);
      return (result.buffered ?? 0) === 0;
    },
  });
  const events = new Outbox<TickScore>({
    what: 'events',
    most: MOST_EVENTS,
    weigh: () => 1,
    clock,
    onTrouble,
    send: async (batch) => {
      for (const scored of batch) await keepEvents(store, scored);
      return true;
    },
  });
  let lookedAt: bigint | undefined;
  let retainedAt = clock.monotonicNs();
  let count = 0;
  const tell: TickScore[] = [];
  try {
    for await (const tick of ticks) {
      state.took(tick);
      const now = clock.monotonicNs();
      await service.reloadIfAsked();
      if (lookedAt === undefined || now - lookedAt >= LOOK_EVERY_NS) {
        lookedAt = now;
        outlets.repeat();
        if (!stored.isAway) {
          await spared(notices, async () => {
            await lease.renew(tick.intervalNs / 1e6);
            const beforeMs = cost.cpuMs();
            const taken = await scorer.refresh(clock.nowMs());
            if (taken) {
              // Ticks of an hour that are caught up with say nothing of what the next tick will cost.
              cost.leaveOut(cost.cpuMs() - beforeMs);
              alerts.takeOver(taken.alarms, clock.nowMs());
              tell.push(...taken.news);
            }
            await scorer.keepIfDue();
            await learner.tick(clock.nowMs(), scorer.hasOpenIncident);
          });
        }
      }
      await stored.push(tick);
      tell.push(...scorer.push(packTicks([tick])));
      for (const scored of tell.splice(0)) {
        state.scored(scored, scorer.openIncidents);
        alerts.take(scored);
        if (hasEvents(scored)) await events.push(scored);
        yield* scored.anomalies;
      }
      state.waits(stored, events);
      const policy = service.policy();
      if (policy && !stored.isAway && now - retainedAt >= RETAIN_EVERY_NS) {
        retainedAt = now;
        await spared(notices, () => store.maintenance.retain(policy, { signal }));
      }
      count++;
      notices.status(`${countText(count, 'tick')}${scorer.isReady ? '' : ', no model yet'}`);
    }
  } finally {
    const patience = AbortSignal.timeout(FLUSH_MS);
    await Promise.all([stored.close(patience), events.close(patience)]);
    if (!stored.isAway && !events.isAway) await spared(notices, () => scorer.keep());
    for (const [what, { dropped }] of Object.entries({ ticks: stored, events })) {
      if (dropped > 0) notices.warn(`${dropped} ${what} never reached the store`);
    }
  }
}

/** Does what can as well be done a little later, should the store be away. */
async function spared(
  notices: Pick<CommandContext['notices'], 'warn'>,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (failure) {
    if (!isUnavailable(failure)) throw failure;
    notices.warn(`the store is away: ${failure.code}: ${failure.message}`);
  }
}
