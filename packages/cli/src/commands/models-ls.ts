import { shortTime, timeText, type View } from '@ethogram/report';
import type { StoredModel } from '@ethogram/store';
import { defineCommand } from '../command.js';

/** A version as it is listed; its id is null where the store holds no document that has one. */
interface Listed extends Omit<StoredModel, 'json'> {
  readonly id: string | null;
}

const view: View<Listed> = {
  columns: [
    { name: 'name', value: (model) => model.name },
    { name: 'version', value: (model) => model.version, align: 'right' },
    { name: 'state', value: (model) => model.state },
    { name: 'id', value: (model) => model.id ?? '–' },
    { name: 'host', value: (model) => model.host },
    {
      name: 'storedAt',
      value: (model) => timeText(model.storedAt),
      text: (model) => shortTime(model.storedAt),
    },
  ],
  record: ({ name, version, state, id, host, storedAt }) => ({
    name,
    version,
    state,
    id,
    host,
    storedAt: timeText(storedAt),
  }),
};

/** `models ls`: every version of every model. */
export const modelsLsCommand = defineCommand({
  name: 'models ls',
  summary: 'list the models of the store',
  description:
    'Anomalies and graphs name a model by its id. Models are immutable: training under a name that exists adds a version. At most one version of a name is active; that one is meant where no version is given.',
  options: {},
  examples: [{ run: 'ethogram models ls', does: 'all versions of all models' }],
  async run({ openStore, out }) {
    const store = await openStore('read');
    const listed: Listed[] = [];
    for (const version of await store.models.list()) {
      const stored = await store.models.get(version.name, version.version);
      if (stored) listed.push({ ...version, id: idOf(stored.json) });
    }
    await out.list(view, listed);
    return 0;
  },
});

/** The id of a document, without reading the rest of it as a model: one that is damaged is listed too. */
function idOf(json: string): string | null {
  try {
    const { id } = JSON.parse(json) as { readonly id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
