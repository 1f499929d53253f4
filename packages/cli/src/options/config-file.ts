import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { printable } from '@ethogram/report';
import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml';
import { cliErrors } from '../errors.js';

/** One setting of a config file, as text, with where it stands. */
export interface ConfigEntry {
  /** `['interval']` at the top, `['record', 'interval']` in a section. */
  readonly path: readonly string[];
  readonly values: readonly string[];
  readonly isList: boolean;
  /** `config.toml:12`. */
  readonly place: string;
}

/** A config file that was read, its keys not yet checked. */
export interface ConfigFile {
  readonly file: string;
  readonly entries: readonly ConfigEntry[];
  /** Permission bits and owner of the very file that was read. */
  readonly mode: number;
  readonly uid: number;
}

/** A config file is written by hand; one above this size is something else. */
const MAX_BYTES = 1 << 20;

/** The section of a command: `[record]`, `[models-ls]` (`store` is a key, so it cannot be a section). */
export function sectionName(command: string): string {
  return command.replaceAll(' ', '-');
}

/**
 * Where a config file is looked for when none is named: the user's, then the machine's.
 * @param env the environment, for `XDG_CONFIG_HOME`.
 */
export function configPaths(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return [join(home, 'ethogram', 'config.toml'), '/etc/ethogram/config.toml'];
}

/**
 * Reads a TOML file.
 * @throws CLI-1003 where it is missing, too large, not UTF-8 or not TOML; names line and column.
 */
export function readConfigFile(file: string): ConfigFile {
  const { text, mode, uid } = readBounded(file);
  return { file, entries: configEntries(file, text), mode, uid };
}

/**
 * The settings of a config file's text.
 * @param file for messages.
 * @throws CLI-1003 where it is not TOML, or holds what no option can be.
 */
export function configEntries(file: string, text: string): readonly ConfigEntry[] {
  let table: TomlTable;
  try {
    table = parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const what = cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? '';
    const message = `${printable(file)}:${cause.line}:${cause.column}: ${what}`;
    // The parser's own error quotes the lines around, in which secrets may stand: it goes no further.
    throw cliErrors.make('CLI-1003', message);
  }
  const entries: ConfigEntry[] = [];
  collect(table, [], (path, value) => {
    const place = `${printable(file)}:${locate(text, path)}`;
    const isList = Array.isArray(value);
    const values = (Array.isArray(value) ? value : [value]).map((v) => asText(v, place, path));
    entries.push({ path, values, isList, place });
  });
  return entries;
}

function readBounded(file: string): Omit<ConfigFile, 'file' | 'entries'> & { text: string } {
  let bytes: Buffer;
  let mode: number;
  let uid: number;
  try {
    const descriptor = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(MAX_BYTES + 1);
      let length = 0;
      for (let n = -1; n !== 0 && length < buffer.length; length += n) {
        n = readSync(descriptor, buffer, length, buffer.length - length, null);
      }
      bytes = buffer.subarray(0, length);
      ({ mode, uid } = fstatSync(descriptor));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.make('CLI-1003', `${printable(file)}: ${printable(reason)}`, { cause });
  }
  if (bytes.length > MAX_BYTES) {
    const message = `${printable(file)}: expected at most ${MAX_BYTES} bytes, found more`;
    throw cliErrors.make('CLI-1003', message);
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), mode, uid };
  } catch (cause) {
    const message = `${printable(file)}: expected UTF-8 text, found other bytes`;
    throw cliErrors.make('CLI-1003', message, { cause });
  }
}

function collect(
  table: TomlTable,
  path: readonly string[],
  visit: (path: readonly string[], value: TomlValue) => void,
): void {
  for (const [key, value] of Object.entries(table)) {
    const inner = [...path, key];
    if (isTable(value)) collect(value, inner, visit);
    else visit(inner, value);
  }
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

function asText(value: TomlValue, place: string, path: readonly string[]): string {
  if (typeof value === 'string') return value;
  if (value instanceof TomlDate) return value.toISOString();
  if (typeof value === 'object') {
    const message = `${place}: ${printable(path.join('.'))}: expected a text, number, boolean or list of these, found a table or list`;
    throw cliErrors.make('CLI-1003', message);
  }
  return String(value);
}

/**
 * The line of a key: the parser does not hand out positions. Looks at lines that are section
 * headers or begin with a key, so that a multi-line text may mislead it by a few lines.
 */
function locate(text: string, path: readonly string[]): number {
  let section: readonly string[] = [];
  let nearest = 1;
  let depth = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[\[?([^\]]+)\]/.exec(line);
    if (header) section = keyParts(header[1] ?? '');
    const key = header ? undefined : /^\s*((?:[\w.-]|"[^"]*"|'[^']*'|\s)+?)\s*=/.exec(line);
    if (!header && !key) continue;
    const full = key ? [...section, ...keyParts(key[1] ?? '')] : section;
    if (full.length > depth && full.every((part, i) => part === path[i])) {
      nearest = index + 1;
      depth = full.length;
    }
  }
  return nearest;
}

function keyParts(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? '');
}
