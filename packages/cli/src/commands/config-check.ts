import { existsSync } from 'node:fs';
import { printable, type View } from '@ethogram/report';
import { readAlertConfig } from '../alerts/alert-config.js';
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

/** `config check`: whether a config file is good, and what it sets. */
export const configCheckCommand = defineCommand({
  name: 'config check',
  summary: 'check a config file and list what it sets',
  description:
    'Reads the file named, or the one that every command would read. Unknown keys and bad values are errors that name file and line, and so is what `run` would refuse: alert targets in a file that others may write, and a template that cannot be filled in. Passwords in URIs are not shown, nor what else of an alert target may be a secret.',
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
    // Who checks is often not who runs: to whom the file has to belong is not known.
    readAlertConfig(config, undefined);
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
  const show =
    entry.path[0] === ALERTS_SECTION ? (value: string) => shownTarget(entry, value) : redact;
  return entry.values.map(show).join(', ');
}

/** What of an alert target is no secret. */
function shownTarget({ path }: ConfigEntry, value: string): string {
  const key = path.at(-1) ?? '';
  // A header may carry a token, and so may what stands around the fields of a template.
  if (key.endsWith('-header')) return value.replace(/:.*$/s, ': ***');
  if (key.endsWith('-template'))
    return ['***', ...(value.match(/\{\{[^{}]*\}\}/g) ?? [])].join(' ');
  // Webhooks keep theirs in what comes after the host.
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return value;
  const who = url.username === '' && url.password === '' ? '' : '***@';
  const rest = url.pathname === '/' && url.search === '' && url.hash === '' ? '' : '/***';
  return `${url.protocol}//${who}${url.host}${rest}`;
}
