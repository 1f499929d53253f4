import { printable } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';

/** `recordings rm`: a recording leaves the store. */
export const recordingsRmCommand = defineCommand({
  name: 'recordings rm',
  summary: 'delete a recording',
  arguments: [{ name: 'NAME', help: 'the recording', required: true }],
  options: {},
  examples: [{ run: 'ethogram recordings rm monday', does: 'delete it for good' }],
  async run({ openStore, out }, _options, [name = '']) {
    const store = await openStore('write');
    if (!(await store.samples.remove(name))) {
      const message = `expected recording "${printable(name)}", found none of that name`;
      throw cliErrors.make('CLI-1005', message);
    }
    await out.document({ type: 'deleted', recording: name }, [
      `recording ${printable(name)} deleted`,
    ]);
    return 0;
  },
});
