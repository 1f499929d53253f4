import type { AnomalyRecord, IncidentRecord, TickScore } from '@ethogram/score';
import type { Store } from '@ethogram/store';

/** So much around an incident stays as it was recorded, however old it grows. */
const PINNED_MS = 600_000;

/** An incident as the store keeps it. */
export interface StoredIncident extends IncidentRecord {
  /** Found by a replay: it is over, nobody was told of it, and no service goes on with it. */
  readonly replay?: true;
  /** Kept by `score --live`, which ends it with itself, unless a service has found it too. */
  readonly live?: true;
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

/** Keeps incidents of a run of scoring that nobody goes on with, marked as such. */
abstract class EndingKeeper {
  readonly #open = new Map<string, IncidentRecord>();
  #lastTs = Number.NEGATIVE_INFINITY;

  constructor(
    protected readonly store: Keeps,
    private readonly mark: Pick<StoredIncident, 'replay' | 'live'>,
  ) {}

  /** Whether an incident is of somebody whose records stay as they are. */
  protected abstract isOthers(stored: StoredIncident): boolean;

  /** Keeps what a tick meant. */
  abstract keep(tick: TickScore): Promise<void>;

  /** Ends the run: nobody will see what becomes of what is open, so it ends with the last tick. */
  async end(): Promise<void> {
    const end = new Date(this.#lastTs).toISOString();
    for (const incident of [...this.#open.values()]) {
      await this.#keep({ ...incident, state: 'closed', end });
    }
  }

  protected async keepIncidents({ ts, incidents }: TickScore): Promise<void> {
    this.#lastTs = Math.max(this.#lastTs, ts);
    for (const incident of incidents) await this.#keep(incident);
  }

  protected async belongsToOthers(id: string): Promise<boolean> {
    const event = await this.store.events.get('incident', id);
    return event !== undefined && this.isOthers(JSON.parse(event.body) as StoredIncident);
  }

  async #keep(incident: IncidentRecord): Promise<void> {
    this.#open.delete(incident.id);
    if (await this.belongsToOthers(incident.id)) return;
    await keepIncident(this.store, { ...incident, ...this.mark });
    if (incident.state === 'open') this.#open.set(incident.id, incident);
  }
}

/**
 * Keeps what a replay finds, but leaves as it is what a scorer that ran has kept: the same ticks
 * give the same ids.
 */
export class ReplayKeeper extends EndingKeeper {
  constructor(store: Keeps) {
    super(store, { replay: true });
  }

  async keep(tick: TickScore): Promise<void> {
    for (const anomaly of tick.anomalies) {
      const before = await this.store.events.get('anomaly', anomaly.id);
      const incident = before && (JSON.parse(before.body) as AnomalyRecord).incident;
      if (incident === undefined || !(await this.belongsToOthers(incident))) {
        await keepAnomaly(this.store, tick, anomaly);
      }
    }
    await this.keepIncidents(tick);
  }

  protected isOthers({ replay }: StoredIncident): boolean {
    return !replay;
  }
}

/** Keeps what `score --live` finds; incidents that a service found too are that service's. */
export class LiveKeeper extends EndingKeeper {
  constructor(store: Keeps) {
    super(store, { live: true });
  }

  async keep(tick: TickScore): Promise<void> {
    await keepEvents(this.store, { ...tick, incidents: [] });
    await this.keepIncidents(tick);
  }

  protected isOthers({ replay, live }: StoredIncident): boolean {
    return !replay && !live;
  }
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
