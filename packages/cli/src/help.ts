import type { Command } from './command.js';
import type { OptionSpec } from './options/option.js';

/** The help of an option with its default. */
export function describeOption(spec: OptionSpec<unknown>): string {
  const isShown = spec.default !== undefined && spec.shape !== 'flag';
  return isShown ? `${spec.help} (default: ${spec.default})` : spec.help;
}

/** The examples under the help of a command. */
export function examplesHelp(command: Command): string {
  const lines = command.examples.map((example) => `  ${example.run}\n      ${example.does}`);
  return lines.length > 0 ? `\nExamples:\n${lines.join('\n')}\n` : '';
}

/** How options can be set other than by flags. */
export function optionsHelp(): string {
  return (
    '\nEvery option is also a variable (--store-file is ETHOGRAM_STORE_FILE) and a key of the config\n' +
    'file (store-file); a flag is stronger than the variable, the variable than the file.\n'
  );
}
