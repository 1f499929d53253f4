import type { AnomalyRecord, IncidentRecord, TickScore } from '@ethogram/score';
import type { EventStore, Store } from '@ethogram/store';

/** So much around an incident stays as it was recorded, however old it grows. */
const PINNED_MS = 600_000;

/** An incident as the store keeps it. */
export interface StoredIncident extends IncidentRecord {
  /** Found by a replay: it is over, nobody was told of it, and no service goes on with it. */
  readonly replay?: true;
}

type Keeps = Pick<Store, 'events' | 'maintenance'>;

/**
 * Keeps anomalies and incidents in the store under their ids, where `explain` finds them, pins
 * the ticks of incidents, so that explanations stay reproducible, and keeps what went on unheard.
 */
export async function keepEvents(store: Keeps, tick: TickScore): Promise<void> {
  for (const anomaly of tick.anomalies) await keepAnomaly(store, tick, anomaly);
  for (const incident of tick.incidents) await keepIncident(store, incident);
  for (const incident of tick.unheard ?? []) {
    const { id, host, start } = incident;
    const body = JSON.stringify(incident);
    await store.events.put({ id, kind: 'unheard', host, ts: Date.parse(start), body });
  }
}

/** Whether there is anything of a tick to keep. */
export function hasEvents({ anomalies, incidents, unheard = [] }: TickScore): boolean {
  return anomalies.length + incidents.length + unheard.length > 0;
}

/**
 * Keeps what a replay finds, but leaves as it is what a scorer that ran has kept: the same ticks
 * give the same ids.
 */
export class ReplayKeeper {
  readonly #store: Keeps;
  readonly #open = new Map<string, IncidentRecord>();
  #lastTs = Number.NEGATIVE_INFINITY;

  constructor(store: Keeps) {
    this.#store = store;
  }

  async keep(tick: TickScore): Promise<void> {
    const { events } = this.#store;
    this.#lastTs = Math.max(this.#lastTs, tick.ts);
    for (const anomaly of tick.anomalies) {
      const before = await events.get('anomaly', anomaly.id);
      const incident = before && (JSON.parse(before.body) as AnomalyRecord).incident;
      if (incident === undefined || !(await isOfScorerThatRan(events, incident))) {
        await keepAnomaly(this.#store, tick, anomaly);
      }
    }
    for (const incident of tick.incidents) {
      if (await isOfScorerThatRan(events, incident.id)) continue;
      await this.#keep(incident);
      if (incident.state === 'open') this.#open.set(incident.id, incident);
      else this.#open.delete(incident.id);
    }
  }

  /** Ends the replay: nobody will see what becomes of what is open, so it ends with the last tick. */
  async end(): Promise<void> {
    const end = new Date(this.#lastTs).toISOString();
    for (const incident of this.#open.values()) {
      await this.#keep({ ...incident, state: 'closed', end });
    }
    this.#open.clear();
  }

  #keep(incident: IncidentRecord): Promise<void> {
    return keepIncident(this.#store, { ...incident, replay: true });
  }
}

async function isOfScorerThatRan(events: EventStore, id: string): Promise<boolean> {
  const event = await events.get('incident', id);
  return event !== undefined && !(JSON.parse(event.body) as StoredIncident).replay;
}

async function keepAnomaly(
  { events }: Keeps,
  { host, ts }: TickScore,
  anomaly: AnomalyRecord,
): Promise<void> {
  const { id } = anomaly;
  await events.put({ id, kind: 'anomaly', host, ts, body: JSON.stringify(anomaly) });
}

async function keepIncident(
  { events, maintenance }: Keeps,
  incident: StoredIncident,
): Promise<void> {
  const { id, host } = incident;
  const [start, end] = [Date.parse(incident.start), Date.parse(incident.end)];
  await events.put({ id, kind: 'incident', host, ts: start, body: JSON.stringify(incident) });
  await maintenance.pin({
    id: `incident/${id}`,
    host,
    range: { from: start - PINNED_MS, to: end + PINNED_MS + 1 },
    tierMs: 0,
  });
}
