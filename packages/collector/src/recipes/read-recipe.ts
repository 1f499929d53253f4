import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { collectorErrors } from '../errors.js';
import { cleanName } from '../identity/clean-name.js';
import { type RecipeProgram, readRecipeProgram } from './recipe-program.js';

/** A bpftrace program that may run, and what it aggregates. */
export interface Recipe {
  /** The base name of its file, without `.bt`. */
  readonly name: string;
  readonly text: string;
  readonly maps: RecipeProgram['maps'];
}

/** A program goes to bpftrace as one argument, which the kernel limits to 128 KiB. */
const LARGEST_BYTES = 64 * 1024;

/** Whom the kernel says a file belongs to; a parameter so that tests need not be root. */
export type FileTrust = (stats: Stats) => string | undefined;

/**
 * A recipe runs in the kernel as root, so its file must be root's, and nobody else's to write.
 * @returns what is wrong, or `undefined`.
 */
export const ownedByRoot: FileTrust = (stats) => {
  if (!stats.isFile()) return 'expected a regular file';
  if (stats.uid !== 0) return `expected a file owned by root, found owner ${stats.uid}`;
  if ((stats.mode & 0o022) !== 0) {
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
    return `expected a file that only its owner may write, found mode ${mode}`;
  }
  return undefined;
};

/**
 * Reads a recipe. What was checked is what runs: the file is opened once, not followed where it
 * is a symbolic link, and its text, not its path, is handed on.
 * @throws COLLECT-1002 on a file that cannot be read, is not root's, is too large, or holds a
 * program that is no recipe.
 */
export function readRecipe(path: string, trust: FileTrust = ownedByRoot): Recipe {
  const text = readTrusted(path, trust);
  const program = readRecipeProgram(text);
  if (program.faults.length > 0) {
    const faults = program.faults.map(({ line, message }) => `${path}:${line}: ${message}`);
    throw collectorErrors.make('COLLECT-1002', faults.join('\n'));
  }
  // An interpreter line is for the shell; bpftrace would take it for a preprocessor's.
  const body = text.replace(/^#![^\n]*/, '');
  return { name: cleanName(basename(path, '.bt')), text: body, maps: program.maps };
}

function readTrusted(path: string, trust: FileTrust): string {
  const fail = (message: string, cause?: unknown) =>
    collectorErrors.make('COLLECT-1002', `${path}: ${message}`, { cause, details: { path } });
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw fail(`cannot be opened: ${(cause as Error).message}`, cause);
  }
  try {
    const stats = fstatSync(fd);
    const distrust = trust(stats);
    if (distrust !== undefined) throw fail(distrust);
    if (stats.size > LARGEST_BYTES) {
      throw fail(`expected at most ${LARGEST_BYTES} bytes, found ${stats.size}`);
    }
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
