import type { TickScore } from '@ethogram/score';
import type { EventStore } from '@ethogram/store';

/** Keeps anomalies and incidents in the store under their ids, where `explain` finds them. */
export async function keepEvents(events: EventStore, tick: TickScore): Promise<void> {
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
  }
}
