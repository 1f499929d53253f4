import type { TimeRange } from '@ethogram/core';
import type { Feedback, IncidentRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import type { StoredIncident } from './keep-events.js';

/** What people said of anomalies, of one host or of all, oldest first. */
export async function readFeedback(store: Store, host?: string): Promise<readonly Feedback[]> {
  const events = await store.events.list({
    kind: 'feedback',
    ...(host === undefined ? {} : { host }),
  });
  return events.map(({ body }) => JSON.parse(body) as Feedback);
}

/** Keeps what a person said; said again of the same anomaly, it takes the place of the former. */
export async function keepFeedback(store: Store, host: string, feedback: Feedback): Promise<void> {
  await store.events.put({
    id: feedback.anomaly,
    kind: 'feedback',
    host,
    ts: feedback.at,
    body: JSON.stringify(feedback),
  });
}

/**
 * Times that are never part of what is learned as normal: of incidents that are still open, since
 * nobody knows yet what they are, and of those that were called misbehaviour.
 */
export async function strangeRanges(store: Store, host: string): Promise<readonly TimeRange[]> {
  // By id: an incident that is open may have been called misbehaviour as well.
  const strange = new Map<string, IncidentRecord>();
  for (const { body } of await store.events.list({ kind: 'incident', host })) {
    const incident = JSON.parse(body) as StoredIncident;
    if (incident.state === 'open' && !incident.replay) strange.set(incident.id, incident);
  }
  for (const { verdict, anomaly } of await readFeedback(store, host)) {
    if (verdict !== 'misbehaviour') continue;
    const event = await store.events.get('anomaly', anomaly);
    const id = event && (JSON.parse(event.body) as { incident: string }).incident;
    const incident = id === undefined ? undefined : await store.events.get('incident', id);
    if (id !== undefined && incident) strange.set(id, JSON.parse(incident.body) as IncidentRecord);
  }
  return [...strange.values()].map(rangeOf);
}

/** Ranges are half-open, the last tick of an incident belongs to it. */
function rangeOf({ start, end }: IncidentRecord): TimeRange {
  return { from: Date.parse(start), to: Date.parse(end) + 1 };
}
