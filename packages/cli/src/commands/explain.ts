import { explanationLines, incidentView } from '@ethogram/report';
import type { IncidentRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { defineCommand } from '../command.js';
import { explainedSeries } from '../score/explained-series.js';
import { explanationContext } from '../score/explanation-context.js';
import { findAnomaly } from '../score/find-anomaly.js';
import type { StoredIncident } from '../score/keep-events.js';

/** `explain`: why an anomaly was one, and which incidents are open. */
export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'say why an anomaly was one, or which incidents are open',
  description:
    'The factors with their expected range and actual value, whether training ever showed them, the neighbours that were off too, the incident (since when, whether it is over, who most likely caused it) and its other sources, markers within ten minutes (new versions, restarts, notes), when training came nearest to it (an hour of its window is looked at), what was said of it, the commands that show and score its ticks again, and a picture of the largest factor in the ten minutes before and after. EVENT is the id of an anomaly, or of an incident, whose first anomaly is explained. Without EVENT, the incidents that are open are listed.',
  arguments: [
    { name: 'EVENT', help: 'the id of an anomaly or incident that score printed', required: false },
  ],
  options: {},
  examples: [
    { run: 'ethogram explain 45c9ff490ccce730', does: 'one anomaly' },
    { run: 'ethogram explain', does: 'the incidents that are open' },
  ],
  async run({ openStore, out, notices }, _options, [id]) {
    const store = await openStore('read');
    if (id === undefined) {
      const open = await openIncidents(store);
      await out.list(incidentView, open);
      if (open.length === 0) notices.note('no incident is open');
      return 0;
    }
    const anomaly = await findAnomaly(store, id);
    const series = await explainedSeries(store, anomaly);
    const context = await explanationContext(store, anomaly);
    await out.document(
      { ...anomaly, series: series ?? null, context },
      explanationLines(anomaly, series, context),
    );
    return 0;
  },
});

async function openIncidents({ events }: Store): Promise<readonly IncidentRecord[]> {
  const incidents = await events.list({ kind: 'incident' });
  return incidents
    .map(({ body }) => JSON.parse(body) as StoredIncident)
    .filter(({ state, replay }) => state === 'open' && !replay);
}
