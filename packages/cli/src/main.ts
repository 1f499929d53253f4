import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { OpenOptions, Store } from '@ethogram/store';
import { type Logger, pino } from 'pino';
import type { CommandContext, Reread } from './command.js';
import { commands } from './commands.js';
import { type Interruption, watchSignals } from './interruption.js';
import { openStoreAt } from './open-store-at.js';
import { checkConfig } from './options/check-config.js';
import {
  type ConfigFile,
  configPaths,
  readConfigFile,
  sectionName,
} from './options/config-file.js';
import { type GlobalValues, globalOptions } from './options/global-options.js';
import { resolveOptions, strongestOf, unknownVariables } from './options/resolve-options.js';
import { createNotices } from './output/notices.js';
import { createOutput } from './output/output.js';
import { codedError, printError } from './output/print-error.js';
import { processTerminal, type Terminal } from './output/terminal.js';
import { parseCommandLine, type Selection } from './parse-command-line.js';
import { storeLocation } from './store-location.js';

/** What a store can be opened for, each including the one before. */
const MODES: readonly OpenOptions['mode'][] = ['read', 'annotate', 'write'];

/**
 * Runs the program and says what it should exit with; nothing it throws escapes.
 * @param argv the arguments without the node executable and the script.
 */
export async function main(
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const interruption = watchSignals(terminal);
  // Nobody reads what goes wrong: nothing is left to do about it.
  const ignore = () => undefined;
  terminal.stderr.on('error', ignore);
  let verbose = false;
  try {
    const selection = parseCommandLine(commands, argv, terminal);
    if (!selection) return 0;
    const read = () => readSettings(selection, terminal);
    const settings = read();
    const { logLevel } = settings.globals;
    verbose = logLevel === 'debug' || logLevel === 'trace';
    const code = await runCommand(selection, { ...settings, read }, interruption, terminal);
    return interruption.exitCode() ?? code;
  } catch (failure) {
    // Stopped by a signal, or because nobody reads our output any more: no failure of the command.
    if (interruption.signal.aborted && isAbort(failure)) return interruption.exitCode() ?? 0;
    printError(terminal.stderr, failure, verbose);
    return codedError(failure).exitCode;
  } finally {
    interruption.close();
    terminal.stderr.off('error', ignore);
  }
}

async function runCommand(
  { command, flags, args }: Selection,
  { globals, options, config, read }: Reread & { readonly read: () => Reread },
  interruption: Interruption,
  terminal: Terminal,
): Promise<number> {
  // The binary starts with a young generation that does not grow.
  if (!command.staysSmall) setFlagsFromString('--semi-space-growth-factor=2');
  const notices = createNotices(terminal, globals.quiet);
  const out = createOutput(terminal, globals.output, interruption.stop);
  const log = pino({ level: globals.logLevel, base: { command: command.name } }, terminal.stderr);
  const opened: { mode: OpenOptions['mode']; store: Store }[] = [];
  const context: CommandContext = {
    clock: terminal.clock,
    terminal,
    globals,
    given: new Set(Object.keys(flags).filter((key) => flags[key] !== undefined)),
    config,
    reread: read,
    commands,
    out,
    notices,
    log,
    signal: interruption.signal,
    openStore: async (mode, more) => {
      const rank = MODES.indexOf(mode);
      const open = opened.find((other) => MODES.indexOf(other.mode) >= rank);
      if (open) return open.store;
      const store = await openStoreAt(storeLocation(globals, terminal), { ...more, mode });
      log.debug({ store: store.uri, mode }, 'store opened');
      opened.push({ mode, store });
      return store;
    },
  };
  const known = [globalOptions, ...commands.map((c) => c.options)].flatMap(Object.keys);
  // A warning, not an error: container platforms put variables of their own under a service's name.
  for (const name of unknownVariables(terminal.env, known)) {
    log.warn({ variable: name }, 'this variable belongs to no option');
  }
  let failed = true;
  try {
    const code = (await command.run(context, options, args)) ?? 0;
    failed = false;
    return code;
  } finally {
    notices.clear();
    await closeAll(opened, failed, log);
    out.close();
  }
}

/** Closes stores; after a failure, that one is told, not what closing then ran into. */
async function closeAll(
  opened: readonly { readonly store: Store }[],
  failed: boolean,
  log: Logger,
): Promise<void> {
  for (const { store } of opened) {
    try {
      await store.close();
    } catch (failure) {
      if (!failed) throw failure;
      log.error({ err: failure }, 'the store could not be closed');
    }
  }
}

function findConfig({ globalFlags }: Selection, terminal: Terminal): ConfigFile | undefined {
  const named = globalFlags['config'] ?? terminal.env['ETHOGRAM_CONFIG'];
  if (typeof named === 'string' && named !== '') return readConfigFile(named);
  const found = configPaths(terminal.env).find((path) => existsSync(path));
  return found === undefined ? undefined : readConfigFile(found);
}

function readSettings(selection: Selection, terminal: Terminal): Reread {
  const config = findConfig(selection, terminal);
  if (config) checkConfig(config, commands);
  return { ...readOptions(selection, config, terminal), config };
}

function readOptions(selection: Selection, config: ConfigFile | undefined, terminal: Terminal) {
  const { command, flags, globalFlags } = selection;
  const section = [sectionName(command.name)];
  const env = terminal.env;
  const everywhere = (key: string) => commands.flatMap(({ options }) => options[key] ?? []);
  const sources = { flags: globalFlags, env, config };
  const globals = resolveOptions(globalOptions, section, sources) as GlobalValues;
  const stronger = strongestOf(['store', 'storeFile'], globalOptions, section, sources);
  return {
    globals: {
      ...globals,
      store: stronger === 'store' ? globals.store : undefined,
      storeFile: stronger === 'storeFile' ? globals.storeFile : undefined,
    },
    options: resolveOptions(command.options, section, { flags, env, config, everywhere }),
  };
}

function isAbort(failure: unknown): boolean {
  return failure instanceof Error && failure.name === 'AbortError';
}
