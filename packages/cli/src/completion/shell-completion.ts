import type { Command } from '../command.js';
import { bashCompletion } from './bash.js';
import { completionModel } from './completion-model.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

/** Shells that completion scripts are written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** Whether a text names a shell. */
export function isShell(text: string): text is Shell {
  return (SHELLS as readonly string[]).includes(text);
}

/** The completion script of a shell, derived from the option schema alone. */
export function shellCompletion(shell: Shell, commands: readonly Command[]): string {
  const model = completionModel(commands);
  return { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell](model);
}
