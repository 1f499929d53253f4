import { closeSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { printable } from '@ethogram/report';
import { cliErrors } from './errors.js';
import type { GlobalValues } from './options/global-options.js';
import type { Terminal } from './output/terminal.js';

/** A URI is one line; more than this is another file. */
const MAX_BYTES = 16_384;

/**
 * The store URI: `--store`, or the first line of `--store-file`, or the default folder:
 * `$XDG_DATA_HOME/ethogram` where that is set, `/var/lib/ethogram` as root, else
 * `~/.local/share/ethogram`.
 * @throws CLI-1002 where both are given, CLI-1008 where the file cannot be read.
 */
export function storeLocation(
  globals: Pick<GlobalValues, 'store' | 'storeFile'>,
  terminal: Pick<Terminal, 'env' | 'isRoot'>,
): string {
  if (globals.store !== undefined) return globals.store;
  if (globals.storeFile !== undefined) return readStoreFile(globals.storeFile);
  const { env, isRoot } = terminal;
  if (env['XDG_DATA_HOME']) return `lmdb:${join(env['XDG_DATA_HOME'], 'ethogram')}`;
  if (isRoot) return 'lmdb:/var/lib/ethogram';
  return `lmdb:${join(env['HOME'] || homedir(), '.local', 'share', 'ethogram')}`;
}

function readStoreFile(file: string): string {
  const buffer = Buffer.alloc(MAX_BYTES);
  let length: number;
  try {
    const descriptor = openSync(file, 'r');
    try {
      length = readSync(descriptor, buffer);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.make('CLI-1008', `--store-file: ${printable(reason)}`, { cause });
  }
  const line = buffer.toString('utf8', 0, length).split(/\r?\n/, 1)[0]?.trim() ?? '';
  if (line === '') {
    const message = `--store-file ${printable(file)}: expected a store URI in the first line, found none`;
    throw cliErrors.make('CLI-1008', message);
  }
  return line;
}
