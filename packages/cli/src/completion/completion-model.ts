import type { Command } from '../command.js';
import { globalOptions } from '../options/global-options.js';
import { flagName, type OptionSpecs } from '../options/option.js';

/** What a shell may offer after a flag or for an argument. */
export type Offer = readonly string[] | 'file' | 'none';

/** A flag as shells see it. */
export interface CompletionFlag {
  readonly long: string;
  readonly short?: string;
  readonly help: string;
  readonly takesValue: boolean;
  readonly offer: Offer;
}

/** A place in the command line: the program, a group of commands, or a command. */
interface CompletionNode {
  /** Words so far: `''`, `models`, `models ls`. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly help: string }[];
  readonly flags: readonly CompletionFlag[];
  /** For the arguments of a command. */
  readonly offer: Offer;
}

/** Everything that can be completed. */
export interface CompletionModel {
  readonly globalFlags: readonly CompletionFlag[];
  readonly nodes: readonly CompletionNode[];
}

/** Derives what can be completed from the descriptions of commands and options. */
export function completionModel(commands: readonly Command[]): CompletionModel {
  const paths = new Set(['']);
  for (const { name } of commands) {
    const words = name.split(' ');
    for (let i = 1; i <= words.length; i++) paths.add(words.slice(0, i).join(' '));
  }
  const nodes = [...paths].map((path): CompletionNode => {
    const command = commands.find(({ name }) => name === path);
    return {
      path,
      words: wordsAfter(path, commands),
      flags: command ? flagsOf(command.options) : [],
      offer: command?.arguments?.[0]?.complete ?? 'none',
    };
  });
  return { globalFlags: flagsOf(globalOptions), nodes };
}

function wordsAfter(path: string, commands: readonly Command[]): CompletionNode['words'] {
  const words = new Map<string, string>();
  const prefix = path === '' ? '' : `${path} `;
  for (const { name, summary } of commands) {
    if (!name.startsWith(prefix)) continue;
    const [word = '', ...more] = name.slice(prefix.length).split(' ');
    if (more.length === 0) words.set(word, summary);
    else if (!words.has(word)) words.set(word, `the ${word} commands`);
  }
  return [...words].map(([word, help]) => ({ word, help }));
}

function flagsOf(specs: OptionSpecs): readonly CompletionFlag[] {
  return Object.entries(specs).map(([key, spec]) => ({
    long: `--${flagName(key)}`,
    ...(spec.short ? { short: `-${spec.short}` } : {}),
    help: spec.help,
    takesValue: spec.shape !== 'flag',
    offer: spec.shape === 'flag' ? 'none' : spec.complete,
  }));
}

/**
 * The branches of a `case` over `COMMAND:PREVIOUS WORD` that offer what a flag takes, for the
 * shells whose `case` is that of POSIX.
 * @param offer what the shell runs for an offer
 */
export function valueCases(model: CompletionModel, offer: (what: Offer) => string): string {
  const branch = (place: string, { takesValue, long, short, offer: what }: CompletionFlag) => {
    const names = [long, ...(short ? [short] : [])].map((name) => `${place}:${name}`);
    return takesValue ? [`    ${names.join('|')}) ${offer(what)}; return ;;`] : [];
  };
  const inNode = ({ path, flags }: CompletionNode) =>
    flags.flatMap((flag) => branch(quoted(path === '' ? '' : ` ${path}`), flag));
  const everywhere = model.globalFlags.flatMap((flag) => branch('*', flag));
  return [...model.nodes.flatMap(inNode), ...everywhere].join('\n');
}

/** A text in single quotes, for bash, zsh and fish alike. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
