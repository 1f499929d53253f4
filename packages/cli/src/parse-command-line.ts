import { readFileSync } from 'node:fs';
import { Command as CommanderCommand, CommanderError, Option } from 'commander';
import type { Command } from './command.js';
import { cliErrors } from './errors.js';
import { describeOption, examplesHelp, optionsHelp } from './help.js';
import { globalOptions } from './options/global-options.js';
import { flagName, type OptionSpec, type OptionSpecs } from './options/option.js';
import type { Terminal } from './output/terminal.js';

/** Texts of flags by camelCase key. */
type FlagTexts = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Which command was asked for, its option texts not yet read. */
export interface Selection {
  readonly command: Command;
  readonly flags: FlagTexts;
  readonly globalFlags: FlagTexts;
  readonly args: readonly string[];
}

/** The version of this program, from its package. */
export function programVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}

/**
 * Finds command, flags and arguments.
 * @returns `undefined` where help or the version was asked for and has been printed.
 * @throws CLI-1001.
 */
export function parseCommandLine(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Pick<Terminal, 'stdout' | 'stderr'>,
): Selection | undefined {
  let selection: Selection | undefined;
  const program = buildProgram(commands, terminal, (selected) => {
    selection = selected;
  });
  if (argv.length === 0) {
    terminal.stderr.write(program.helpInformation());
    throw cliErrors.make('CLI-1001', 'expected a command, found none');
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    if (failure.exitCode === 0) return undefined;
    if (failure.code === 'commander.help') {
      throw cliErrors.make('CLI-1001', 'expected a subcommand, found none');
    }
    const message = failure.message.replace(/^error: /, '').replace(/\n/g, ' ');
    throw cliErrors.make('CLI-1001', message, { cause: failure });
  }
  return selection;
}

/** The commander program of these commands. */
function buildProgram(
  commands: readonly Command[],
  terminal: Pick<Terminal, 'stdout' | 'stderr'>,
  onSelect: (selection: Selection) => void,
): CommanderCommand {
  const program = configure(new CommanderCommand('ethogram'), terminal)
    .description(
      'Learns how the processes and disks of a host behave, scores them live, and draws who depends on whom.',
    )
    .version(programVersion(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'help for a command');
  addOptions(program, globalOptions);
  for (const command of commands) {
    const words = command.name.split(' ');
    const last = words.at(-1) ?? command.name;
    const parent = words.length > 1 ? group(program, words[0] ?? '', terminal) : program;
    const existing = parent.commands.find((c) => c.name() === last);
    const target = existing ?? configure(parent.command(last), terminal);
    describe(target, command);
    target.action((...received: unknown[]) => {
      const self = received.at(-1) as CommanderCommand;
      const all = self.optsWithGlobals<Record<string, string | boolean | readonly string[]>>();
      onSelect({
        command,
        flags: pick(all, command.options),
        globalFlags: pick(all, globalOptions),
        args: self.args,
      });
    });
  }
  return program;
}

function describe(target: CommanderCommand, command: Command): void {
  target.description(
    command.description ? `${command.summary}\n\n${command.description}` : command.summary,
  );
  target.summary(command.summary);
  for (const argument of command.arguments ?? []) {
    const name = argument.variadic ? `${argument.name}...` : argument.name;
    target.argument(argument.required ? `<${name}>` : `[${name}]`, argument.help);
  }
  addOptions(target, command.options);
  target.addHelpText('after', () => examplesHelp(command) + optionsHelp());
}

function addOptions(target: CommanderCommand, specs: OptionSpecs): void {
  for (const [key, spec] of Object.entries(specs)) {
    target.addOption(commanderOption(key, spec));
  }
}

function commanderOption(key: string, spec: OptionSpec<unknown>): Option {
  const short = spec.short ? `-${spec.short}, ` : '';
  const value = spec.shape === 'flag' ? '' : ` <${spec.value}>`;
  const result = new Option(`${short}--${flagName(key)}${value}`, describeOption(spec));
  if (spec.shape === 'list') {
    result.argParser<readonly string[]>((text, before = []) => [...before, text]);
  }
  return result;
}

function group(
  program: CommanderCommand,
  name: string,
  terminal: Pick<Terminal, 'stdout' | 'stderr'>,
): CommanderCommand {
  const existing = program.commands.find((command) => command.name() === name);
  return existing ?? configure(program.command(name), terminal).description(`the ${name} commands`);
}

function configure(
  command: CommanderCommand,
  { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>,
): CommanderCommand {
  return command
    .exitOverride()
    .showHelpAfterError(false)
    .allowExcessArguments(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Errors are printed once, with their code, by main.
      outputError: () => undefined,
      getOutHelpWidth: () => stdout.columns || 100,
      getErrHelpWidth: () => stderr.columns || 100,
    });
}

function pick(all: FlagTexts, specs: OptionSpecs): FlagTexts {
  return Object.fromEntries(Object.keys(specs).map((key) => [key, all[key]]));
}
