import { shortTime, timeText, type View } from '@ethogram/report';
import type { StoredModel } from '@ethogram/store';
import { defineCommand } from '../command.js';

type Listed = Omit<StoredModel, 'json'>;

const view: View<Listed> = {
  columns: [
    { name: 'name', value: (model) => model.name },
    { name: 'version', value: (model) => model.version, align: 'right' },
    { name: 'state', value: (model) => model.state },
    { name: 'host', value: (model) => model.host },
    {
      name: 'storedAt',
      value: (model) => timeText(model.storedAt),
      text: (model) => shortTime(model.storedAt),
    },
  ],
  record: ({ name, version, state, host, storedAt }) => ({
    name,
    version,
    state,
    host,
    storedAt: timeText(storedAt),
  }),
};

/** `models ls`: every version of every model. */
export const modelsLsCommand = defineCommand({
  name: 'models ls',
  summary: 'list the models of the store',
  description:
    'Models are immutable: training under a name that exists adds a version. At most one version of a name is active; that one is meant where no version is given.',
  options: {},
  examples: [{ run: 'ethogram models ls', does: 'all versions of all models' }],
  async run({ openStore, out }) {
    const store = await openStore('read');
    await out.list(view, await store.models.list());
    return 0;
  },
});
