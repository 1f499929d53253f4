import { explanationLines } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { explainedSeries } from '../score/explained-series.js';
import { explanationContext } from '../score/explanation-context.js';
import { findAnomaly } from '../score/find-anomaly.js';

/** `explain`: why an anomaly was one. */
export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'say why an anomaly was one',
  description:
    'The factors with their expected range and actual value, whether training ever showed them, the neighbours that were off too and the other sources of its incident, markers within ten minutes (new versions, restarts, notes), when training came nearest to it (an hour of its window is looked at), what was said of it, the commands that show and score its ticks again, and a picture of the largest factor in the ten minutes before and after. EVENT is the id of an anomaly, or of an incident, whose first anomaly is explained.',
  arguments: [
    { name: 'EVENT', help: 'the id of an anomaly or incident that score printed', required: true },
  ],
  options: {},
  examples: [{ run: 'ethogram explain 45c9ff490ccce730', does: 'one anomaly' }],
  async run({ openStore, out }, _options, [id = '']) {
    const store = await openStore('read');
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
