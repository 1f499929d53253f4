import { printable } from '@ethogram/report';
import { ALERTS_SECTION, alertOptions } from '../alerts/alert-options.js';
import type { Command } from '../command.js';
import { cliErrors } from '../errors.js';
import { type ConfigEntry, type ConfigFile, sectionName } from './config-file.js';
import { globalOptions } from './global-options.js';
import { flagName, type OptionSpec, type OptionSpecs } from './option.js';
import { readValue } from './resolve-options.js';

/**
 * Checks every key of a config file against the options that exist, and every value against the
 * options it would set.
 * @throws CLI-1004 for an unknown key, CLI-1002 for a bad value, both with file and line.
 */
export function checkConfig(config: ConfigFile, commands: readonly Command[]): void {
  for (const entry of config.entries) {
    const meant = optionsOf(entry, commands);
    if (meant.length === 0) throw unknownKey(entry, commands);
    const problems: unknown[] = [];
    for (const [key, spec] of meant) {
      try {
        if (entry.isList && spec.shape !== 'list') {
          const message = `--${flagName(key)}: expected one value, found a list (${entry.place})`;
          throw cliErrors.make('CLI-1002', message);
        }
        readValue(key, spec, { texts: entry.values, place: entry.place });
      } catch (problem) {
        problems.push(problem);
      }
    }
    // At the top level one key may set options of several commands with different choices.
    if (problems.length === meant.length) throw problems[0];
  }
}

function optionsOf(
  entry: ConfigEntry,
  commands: readonly Command[],
): readonly (readonly [string, OptionSpec<unknown>])[] {
  return scopesOf(entry.path.slice(0, -1), commands).flatMap((specs) =>
    Object.entries(specs).filter(
      // A file that names another file to read instead of itself would be a riddle.
      ([key]) => key !== 'config' && flagName(key) === entry.path.at(-1),
    ),
  );
}

/** The options that may be set at a place of the file. */
function scopesOf(path: readonly string[], commands: readonly Command[]): readonly OptionSpecs[] {
  const section = path.join('.');
  if (path.length === 0) return [globalOptions, ...commands.map(({ options }) => options)];
  if (section === ALERTS_SECTION) return [alertOptions];
  return commands
    .filter(({ name }) => sectionName(name) === section)
    .flatMap(({ options }) => [globalOptions, options]);
}

function unknownKey(entry: ConfigEntry, commands: readonly Command[]): Error {
  const section = entry.path.slice(0, -1);
  const name = printable(entry.path.join('.'));
  const isSection = scopesOf(section, commands).length > 0;
  const found =
    section.length > 0 && !isSection
      ? `expected the section of a command, found ${name}`
      : `expected the name of an option, found ${name}`;
  return cliErrors.make('CLI-1004', `${entry.place}: ${found}`, { details: { key: name } });
}
