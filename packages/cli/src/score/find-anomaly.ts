import { printable } from '@ethogram/report';
import type { AnomalyRecord, IncidentRecord } from '@ethogram/score';
import type { Store, StoredEvent } from '@ethogram/store';
import { cliErrors } from '../errors.js';

/** One anomaly at least, oldest first. */
type FoundAnomalies = readonly [AnomalyRecord, ...AnomalyRecord[]];

/**
 * The anomaly that an id means: its own, or the first one of an incident.
 * @throws CLI-1010 where the store knows neither.
 */
export async function findAnomaly(store: Store, id: string): Promise<AnomalyRecord> {
  return (await findAnomalies(store, id))[0];
}

/**
 * The anomalies that an id means: the one whose it is, or all of an incident.
 * @throws CLI-1010 where the store knows neither.
 */
export async function findAnomalies(store: Store, id: string): Promise<FoundAnomalies> {
  const event = await store.events.get('anomaly', id);
  if (event) return [anomalyOf(event)];
  const incident = await store.events.get('incident', id);
  const [first, ...more] = incident ? await anomaliesOf(store, incident) : [];
  if (first) return [first, ...more];
  const message = `expected the id of an anomaly or incident, found "${printable(id)}", which ${store.uri} does not know`;
  throw cliErrors.make('CLI-1010', message);
}

async function anomaliesOf(
  { events }: Store,
  { id, host, ts, body }: StoredEvent,
): Promise<readonly AnomalyRecord[]> {
  const range = { from: ts, to: Number.MAX_SAFE_INTEGER };
  const later = (await events.list({ kind: 'anomaly', host, range })).map(anomalyOf);
  const own = later.filter(({ incident }) => incident === id);
  if (own.length > 0) return own;
  // A replay that began in the middle counts to another incident what a scorer that ran has kept.
  const { model, start } = JSON.parse(body) as IncidentRecord;
  return later.filter((one) => one.model === model && one.ts === start);
}

function anomalyOf({ body }: StoredEvent): AnomalyRecord {
  return JSON.parse(body) as AnomalyRecord;
}
