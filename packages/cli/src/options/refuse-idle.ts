import { cliErrors } from '../errors.js';
import { flagName } from './option.js';

/**
 * Refuses flags that would change nothing. Looks at those of the command line alone: a variable, or
 * a key of the config file, may be meant for other runs of the command.
 * @param given keys of the flags that were typed
 * @param idle keys of the options that have no meaning beside the others
 * @param expected what would give them one, as the message says it
 * @throws CLI-1001 names all that were given.
 */
export function refuseIdle(
  given: ReadonlySet<string>,
  idle: readonly string[],
  expected: string,
): void {
  const found = idle.filter((key) => given.has(key)).map((key) => `--${flagName(key)}`);
  if (found.length === 0) return;
  throw cliErrors.make('CLI-1001', `expected ${expected}, found ${found.join(', ')}`);
}
