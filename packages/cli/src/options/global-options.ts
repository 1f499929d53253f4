import { choice, file, text } from './kinds.js';
import { flag, type OptionValues, option } from './option.js';

/** Options that every command has. */
export const globalOptions = Object.freeze({
  store: option(text('URI'), {
    help: 'where recordings and models are kept: lmdb:/folder, mongodb://…, mongodb+srv://… or memory: (default: lmdb: in $XDG_DATA_HOME/ethogram, or /var/lib/ethogram as root)',
    example: 'lmdb:/var/lib/ethogram',
  }),
  storeFile: option(file, {
    help: 'a file whose first line is the store URI, so that its password does not show in the list of processes',
    example: '/etc/ethogram/store',
  }),
  output: option(choice(['table', 'json', 'jsonl', 'csv']), {
    short: 'o',
    help: 'how data is printed (default: table on a terminal, jsonl otherwise)',
    example: 'jsonl',
  }),
  quiet: flag({ short: 'q', help: 'no progress and no notes on standard error' }),
  logLevel: option(choice(['trace', 'debug', 'info', 'warn', 'error', 'silent']), {
    default: 'warn',
    help: 'how much to log on standard error, as JSON lines',
    example: 'debug',
  }),
  requireSignature: flag({
    help: 'work only with models that a trusted key has signed',
  }),
  trustedKeys: option(file, {
    help: 'public ed25519 keys in PEM, in a file of root that only root may write (default: /etc/ethogram/trusted-keys.pem, where it exists)',
    example: '/etc/ethogram/trusted-keys.pem',
  }),
  config: option(file, {
    help: 'config file in TOML (default: $XDG_CONFIG_HOME/ethogram/config.toml, else /etc/ethogram/config.toml)',
    example: 'ethogram.toml',
  }),
});

/** The values of the options that every command has. */
export type GlobalValues = OptionValues<typeof globalOptions>;
