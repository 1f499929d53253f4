import { printable } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { cliErrors } from '../errors.js';

/**
 * The anomaly that an id means: its own, or the first one of an incident.
 * @throws CLI-1010 where the store knows neither.
 */
export async function findAnomaly(store: Store, id: string): Promise<AnomalyRecord> {
  const event = await store.events.get('anomaly', id);
  if (event) return JSON.parse(event.body) as AnomalyRecord;
  const incident = await store.events.get('incident', id);
  if (incident) {
    const range = { from: incident.ts, to: Number.MAX_SAFE_INTEGER };
    const { host } = incident;
    for (const { body } of await store.events.list({ kind: 'anomaly', host, range })) {
      const anomaly = JSON.parse(body) as AnomalyRecord;
      if (anomaly.incident === id) return anomaly;
    }
  }
  const message = `expected the id of an anomaly or incident, found "${printable(id)}", which ${store.uri} does not know`;
  throw cliErrors.make('CLI-1010', message);
}
