import type { Clock } from '@ethogram/core';
import type { OpenOptions, Store } from '@ethogram/store';
import type { Logger } from 'pino';
import type { ConfigFile } from './options/config-file.js';
import type { GlobalValues } from './options/global-options.js';
import type { OptionSpecs, OptionValues } from './options/option.js';
import type { Notices } from './output/notices.js';
import type { Output } from './output/output.js';
import type { Terminal } from './output/terminal.js';

/** What flags, environment and config file say, read anew. */
export interface Reread {
  readonly globals: GlobalValues;
  readonly options: Readonly<Record<string, unknown>>;
  readonly config: ConfigFile | undefined;
}

/** What a command works with; nothing of it is global, so that a test can bring its own. */
export interface CommandContext {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly globals: GlobalValues;
  /** Keys of the command's options that were typed as flags, wherever the other values are from. */
  readonly given: ReadonlySet<string>;
  /** The config file that was read, if any, for what is no option: alert targets. */
  readonly config: ConfigFile | undefined;
  /**
   * Reads the config file again, for a command that runs on.
   * @throws as at the start: CLI-1002, CLI-1003, CLI-1004.
   */
  reread(): Reread;
  /** Every command, for what is derived from them. */
  readonly commands: readonly Command[];
  /** Data, on standard output. */
  readonly out: Output;
  /** Everything that is no data, on standard error: progress, notes, warnings. */
  readonly notices: Notices;
  readonly log: Logger;
  /** Aborts at the first SIGINT or SIGTERM, and when the reader of our output goes away. */
  readonly signal: AbortSignal;
  /**
   * Opens the store of `--store`, once for all callers, so that who needs to write asks first; it is
   * closed when the command has ended.
   */
  openStore(mode: OpenOptions['mode'], options?: Omit<OpenOptions, 'mode'>): Promise<Store>;
}

/** A positional argument. */
export interface ArgumentSpec {
  /** Upper case, as help shows it. */
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  /** Takes all that remain. */
  readonly variadic?: boolean;
  readonly complete?: readonly string[] | 'file' | 'none';
}

/** A command line that works, and what it does. */
interface Example {
  readonly run: string;
  readonly does: string;
}

/** A command, described once. */
export interface CommandSpec<O extends OptionSpecs> {
  /** One or two words: `record`, `models ls`. */
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** Paragraphs of help and docs. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options: O;
  readonly examples: readonly Example[];
  /** Whether it runs for months beside others, and would rather be small than fast. */
  readonly staysSmall?: boolean;
  /** Does it. @returns the exit code; nothing is 0. */
  run(
    context: CommandContext,
    options: OptionValues<O>,
    args: readonly string[],
  ): Promise<number | undefined>;
}

/** A command whose option types have been checked and forgotten. */
export interface Command extends Omit<CommandSpec<OptionSpecs>, 'run'> {
  run(
    context: CommandContext,
    options: Readonly<Record<string, unknown>>,
    args: readonly string[],
  ): Promise<number | undefined>;
}

/** Declares a command; the types of `options` follow from its option schema. */
export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  return {
    ...spec,
    run: (context, options, args) => spec.run(context, options as OptionValues<O>, args),
  };
}
