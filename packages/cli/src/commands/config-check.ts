import { existsSync } from 'node:fs';
import { printable, type View } from '@ethogram/report';
import { ALERTS_SECTION } from '../alerts/alert-options.js';
import { defineCommand } from '../command.js';
import { checkConfig } from '../options/check-config.js';
import { type ConfigEntry, configPaths, readConfigFile } from '../options/config-file.js';

/** A setting as it may be seen. */
interface Setting {
  readonly key: string;
  readonly value: string;
  readonly place: string;
}

const settings: View<Setting> = {
  columns: [
    { name: 'key', value: (row) => row.key },
    { name: 'value', value: (row) => row.value },
    { name: 'place', value: (row) => row.place },
  ],
  record: (row) => row,
};

/** What comes after the host in an address, where webhooks keep their secrets. */
const PATH = /^(https?:\/\/[^/]+\/).+$/;

/** `config check`: whether a config file is good, and what it sets. */
export const configCheckCommand = defineCommand({
  name: 'config check',
  summary: 'check a config file and list what it sets',
  description:
    'Reads the file named, or the one that every command would read. Unknown keys and bad values are errors that name file and line. Passwords in URIs are not shown.',
  arguments: [{ name: 'FILE', help: 'a config file', required: false, complete: 'file' }],
  options: {},
  examples: [
    { run: 'ethogram config check', does: 'check the file that commands would read' },
    { run: 'ethogram config check ethogram.toml', does: 'check another file' },
  ],
  async run({ out, notices, terminal, globals, commands }, _options, [named]) {
    const file =
      named ?? globals.config ?? configPaths(terminal.env).find((path) => existsSync(path));
    if (file === undefined) {
      notices.note(`no config file; looked for ${configPaths(terminal.env).join(' and ')}`);
      await out.list(settings, []);
      return 0;
    }
    const config = readConfigFile(file);
    checkConfig(config, commands);
    const { redactUri } = await import('@ethogram/store');
    await out.list(
      settings,
      config.entries.map((entry) => ({
        key: entry.path.join('.'),
        value: shown(entry, redactUri),
        place: entry.place,
      })),
    );
    notices.note(`${printable(file)}: ok`);
    return 0;
  },
});

function shown(entry: ConfigEntry, redact: (text: string) => string): string {
  return entry.values
    .map(redact)
    .map((value) => {
      if (entry.path[0] !== ALERTS_SECTION) return value;
      // A header may carry a token, and so may the path of a webhook.
      if (entry.path.at(-1)?.endsWith('-header')) return value.replace(/:.*$/s, ': ***');
      return value.replace(PATH, '$1***');
    })
    .join(', ');
}
