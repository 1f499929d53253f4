import { printable } from '@ethogram/report';
import { cliErrors } from '../errors.js';
import type { ConfigEntry, ConfigFile } from './config-file.js';
import { flagName, type OptionSpec, type OptionSpecs, variableName } from './option.js';

/** Where values may come from, strongest first. */
export interface OptionSources {
  /** Texts of flags by camelCase key; only those given. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: ConfigFile | undefined;
  /**
   * The options of all commands under a key. A variable or a key at the top of the config file is
   * for every command: a value that this command does not know, but another does, is passed over.
   */
  readonly everywhere?: (key: string) => readonly OptionSpec<unknown>[];
}

interface Found {
  readonly texts: readonly string[];
  readonly place: string;
  /** 0 flag, 1 environment, 2 config file. */
  readonly rank?: number;
}

/**
 * The values of options by the precedence flag > environment > config file > default. In the
 * config file the section of the command is stronger than the top level.
 * @param section words of the command's name; empty for options of every command.
 * @throws CLI-1002 names the option, where its value came from, what was expected and found.
 */
export function resolveOptions(
  specs: OptionSpecs,
  section: readonly string[],
  sources: OptionSources,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(specs)) {
    const found =
      find(key, spec, section, sources) ??
      (spec.default === undefined ? undefined : { texts: [spec.default], place: 'default' });
    values[key] = found ? readValue(key, spec, found) : spec.shape === 'list' ? [] : undefined;
  }
  return values;
}

/**
 * Which of several options that exclude each other is set from the strongest place.
 * @throws CLI-1002 where two of them come from the same place.
 */
export function strongestOf(
  keys: readonly string[],
  specs: OptionSpecs,
  section: readonly string[],
  sources: OptionSources,
): string | undefined {
  const found = keys.flatMap((key) => {
    const spec = specs[key];
    const result = spec && find(key, spec, section, sources);
    return result ? [{ key, rank: result.rank ?? 0, place: result.place }] : [];
  });
  const [first, second] = found.sort((a, b) => a.rank - b.rank);
  if (first && second?.rank === first.rank) {
    const message = `expected one of --${flagName(first.key)} and --${flagName(second.key)}, found both (${first.place})`;
    throw cliErrors.make('CLI-1002', message);
  }
  return first?.key;
}

function find(
  key: string,
  spec: OptionSpec<unknown>,
  section: readonly string[],
  sources: OptionSources,
): Found | undefined {
  const places = [
    fromFlags(key, sources),
    unlessElsewhere(key, spec, sources, sources.env[variableName(key)], () =>
      fromEnvironment(key, spec, sources),
    ),
    fromConfig(key, spec, section, sources),
  ];
  const rank = places.findIndex((place) => place !== undefined);
  const found = places[rank];
  return found && { ...found, rank };
}

/**
 * Reads one option's value.
 * @throws CLI-1002.
 */
export function readValue(key: string, spec: OptionSpec<unknown>, found: Found): unknown {
  const read = (text: string): unknown => {
    const result = spec.schema.safeParse(text);
    if (result.success) return result.data;
    const expected = result.error.issues[0]?.message ?? 'expected another value';
    const what = spec.isSecret ? 'a value that is not shown' : quote(text);
    const message = `--${flagName(key)}: ${expected}, found ${what} (${found.place})`;
    throw cliErrors.make('CLI-1002', message, { details: { option: flagName(key) } });
  };
  if (spec.shape === 'list') return found.texts.map(read);
  return read(found.texts.at(-1) ?? '');
}

/** Variables of our prefix that belong to no option. */
export function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
  keys: readonly string[],
): readonly string[] {
  const known = new Set(keys.map(variableName));
  return Object.keys(env)
    .filter((name) => name.startsWith('ETHOGRAM_') && !known.has(name))
    .sort();
}

/** Finds the setting of an option in a config file: the command's own section first. */
function findEntry(
  config: ConfigFile | undefined,
  section: readonly string[],
  key: string,
): ConfigEntry | undefined {
  const at = (path: readonly string[]) =>
    config?.entries.find(
      (e) => e.path.length === path.length && e.path.every((p, i) => p === path[i]),
    );
  return (section.length > 0 ? at([...section, flagName(key)]) : undefined) ?? at([flagName(key)]);
}

function fromFlags(key: string, { flags }: OptionSources): Found | undefined {
  const given = flags[key];
  if (given === undefined) return undefined;
  const texts = Array.isArray(given) ? given : [String(given)];
  return { texts, place: 'command line' };
}

function fromEnvironment(
  key: string,
  spec: OptionSpec<unknown>,
  { env }: OptionSources,
): Found | undefined {
  const text = env[variableName(key)];
  if (text === undefined || text === '') return undefined;
  return {
    texts: spec.shape === 'list' ? text.split(',') : [text],
    place: variableName(key),
  };
}

function fromConfig(
  key: string,
  spec: OptionSpec<unknown>,
  section: readonly string[],
  sources: OptionSources,
): Found | undefined {
  const entry = findEntry(sources.config, section, key);
  if (!entry) return undefined;
  const text = entry.path.length === 1 ? entry.values.join(',') : undefined;
  return unlessElsewhere(key, spec, sources, text, () => foundInConfig(key, spec, entry));
}

function foundInConfig(key: string, spec: OptionSpec<unknown>, entry: ConfigEntry): Found {
  if (entry.isList && spec.shape !== 'list') {
    const message = `--${flagName(key)}: expected one value, found a list (${entry.place})`;
    throw cliErrors.make('CLI-1002', message);
  }
  return { texts: entry.values, place: entry.place };
}

/** What `found` says, but nothing where the text is meant for the same option of other commands. */
function unlessElsewhere(
  key: string,
  spec: OptionSpec<unknown>,
  { everywhere }: OptionSources,
  text: string | undefined,
  found: () => Found | undefined,
): Found | undefined {
  const isForOthers =
    text !== undefined &&
    text !== '' &&
    !accepts(spec, text) &&
    everywhere?.(key).some((other) => accepts(other, text));
  return isForOthers ? undefined : found();
}

function accepts(spec: OptionSpec<unknown>, text: string): boolean {
  const texts = spec.shape === 'list' ? text.split(',') : [text];
  return texts.every((one) => spec.schema.safeParse(one).success);
}

function quote(text: string): string {
  return `"${printable(text.length > 80 ? `${text.slice(0, 80)}…` : text)}"`;
}
