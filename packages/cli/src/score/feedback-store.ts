import type { TimeRange } from '@ethogram/core';
import type { AnomalyRecord, Feedback, IncidentRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import type { StoredIncident } from './keep-events.js';

/**
 * Words hold from so long on after they were said. A scorer that runs looks for them every five
 * seconds, between ticks: it knows of a word before the first tick for which it holds, and a replay
 * gives the same.
 */
export const HOLDS_AFTER_MS = 7_000;
/** A scorer that runs tells of an open incident every half hour: of one not heard of for two hours nobody knows. */
const HEARD_OF_MS = 7_200_000;

type Events = Pick<Store, 'events'>;

/** What people said of anomalies of a host, oldest first: also what was said otherwise later. */
export async function readFeedback({ events }: Events, host: string): Promise<readonly Feedback[]> {
  const said = await events.list({ kind: 'feedback', host });
  return said.map(({ body }) => JSON.parse(body) as Feedback);
}

/** Keeps what a person said, beside what was said of the same anomaly before. */
export async function keepFeedback(
  { events }: Events,
  host: string,
  feedback: Feedback,
): Promise<void> {
  await events.put({
    id: `${feedback.anomaly}@${feedback.at}`,
    kind: 'feedback',
    host,
    ts: feedback.at,
    body: JSON.stringify(feedback),
  });
}

/** The latest word on an anomaly. */
export async function lastWordOn(
  store: Events,
  { host, id }: Pick<AnomalyRecord, 'host' | 'id'>,
): Promise<Feedback | undefined> {
  const { latestWords } = await import('@ethogram/score');
  return latestWords(await readFeedback(store, host)).find(({ anomaly }) => anomaly === id);
}

/**
 * Times of a window that are never part of what is learned as normal: of incidents that are still
 * open, up to now, since nobody knows yet what they are; of those that were called misbehaviour; and
 * of those that were expected for a time only, with what went on of them unheard. The latest word on
 * an anomaly counts.
 */
export async function strangeRanges(
  store: Events,
  host: string,
  window: TimeRange,
): Promise<readonly TimeRange[]> {
  const { latestWords } = await import('@ethogram/score');
  // By id: an incident that is open may have been called misbehaviour as well.
  const strange = new Map<string, TimeRange>();
  const leaveOut = (incident: StoredIncident): void => {
    strange.set(incident.id, rangeOf(incident, window.to));
  };
  for (const { body } of await store.events.list({ kind: 'incident', host })) {
    const incident = JSON.parse(body) as StoredIncident;
    if (incident.state === 'open' && !incident.replay) leaveOut(incident);
  }
  for (const { verdict, anomaly, until } of latestWords(await readFeedback(store, host))) {
    if (verdict === 'expected' && until === null) continue;
    const incident = await incidentOf(store, anomaly);
    if (incident) leaveOut(incident);
  }
  const unheard = await store.events.list({ kind: 'unheard', host });
  const ranges = unheard.map(({ body }) => spanOf(JSON.parse(body) as IncidentRecord));
  return [...strange.values(), ...ranges]
    .map(({ from, to }) => ({ from, to: Math.min(to, window.to) }))
    .filter(({ from, to }) => from < to && to > window.from)
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

async function incidentOf({ events }: Events, id: string): Promise<StoredIncident | undefined> {
  const anomaly = await events.get('anomaly', id);
  if (!anomaly) return undefined;
  const { incident } = JSON.parse(anomaly.body) as AnomalyRecord;
  const found = await events.get('incident', incident);
  return found && (JSON.parse(found.body) as StoredIncident);
}

/**
 * An incident that is open was stored when it last changed or was told of again: it goes on to the
 * end of the window, unless it is heard of no more. Its scorer may be dead, and another one of the
 * same model run that knows nothing of it.
 */
function rangeOf(incident: StoredIncident, windowEnd: number): TimeRange {
  const { from, to } = spanOf(incident);
  if (incident.state === 'closed' || incident.replay) return { from, to };
  return { from, to: windowEnd - to <= HEARD_OF_MS ? windowEnd : to };
}

/** Ranges are half-open, the last tick of an incident belongs to it. */
function spanOf({ start, end }: IncidentRecord): TimeRange {
  const instants = [Date.parse(start), Date.parse(end)];
  // The clock may have been set back meanwhile.
  return { from: Math.min(...instants), to: Math.max(...instants) + 1 };
}
