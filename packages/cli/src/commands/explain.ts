import { explanationLines, printable } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { explainedSeries } from '../score/explained-series.js';

/** `explain`: why an anomaly was one. */
export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'say why an anomaly was one',
  description:
    'The factors with their expected range and actual value, whether training ever showed them, the neighbours that were off too, and a picture of the largest factor in the ten minutes before and after. EVENT is the id of an anomaly, or of an incident, whose first anomaly is explained.',
  arguments: [
    { name: 'EVENT', help: 'the id of an anomaly or incident that score printed', required: true },
  ],
  options: {},
  examples: [{ run: 'ethogram explain 45c9ff490ccce730', does: 'one anomaly' }],
  async run({ openStore, out }, _options, [id = '']) {
    const store = await openStore('read');
    const anomaly = await findAnomaly(store, id);
    const series = await explainedSeries(store, anomaly);
    await out.document({ ...anomaly, series: series ?? null }, explanationLines(anomaly, series));
    return 0;
  },
});

async function findAnomaly(store: Store, id: string): Promise<AnomalyRecord> {
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
