import type { TickScore } from '@ethogram/score';
import type { Store } from '@ethogram/store';

/** So much around an incident stays as it was recorded, however old it grows. */
const PINNED_MS = 600_000;

/**
 * Keeps anomalies and incidents in the store under their ids, where `explain` finds them, and pins
 * the ticks of incidents, so that explanations stay reproducible.
 */
export async function keepEvents(
  { events, maintenance }: Pick<Store, 'events' | 'maintenance'>,
  tick: TickScore,
): Promise<void> {
  for (const anomaly of tick.anomalies) {
    await events.put({
      id: anomaly.id,
      kind: 'anomaly',
      host: tick.host,
      ts: tick.ts,
      body: JSON.stringify(anomaly),
    });
  }
  for (const incident of tick.incidents) {
    await events.put({
      id: incident.id,
      kind: 'incident',
      host: tick.host,
      ts: Date.parse(incident.start),
      body: JSON.stringify(incident),
    });
    await maintenance.pin({
      id: `incident/${incident.id}`,
      host: tick.host,
      range: {
        from: Date.parse(incident.start) - PINNED_MS,
        to: Date.parse(incident.end) + PINNED_MS + 1,
      },
      tierMs: 0,
    });
  }
}
