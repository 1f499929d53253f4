import { EthogramError } from '@ethogram/core';
import { printable } from '@ethogram/report';
import { cliErrors } from '../errors.js';
import type { OutputStream } from './terminal.js';

/** Any failure as an error with a code; what is not ours becomes CLI-9001. */
export function codedError(failure: unknown): EthogramError {
  if (failure instanceof EthogramError) return failure;
  const message = failure instanceof Error ? failure.message : String(failure);
  return cliErrors.make('CLI-9001', message, { cause: failure });
}

/**
 * Prints `ethogram: CODE: message` and the remedy.
 * @param verbose with stack and causes.
 */
export function printError(stderr: OutputStream, failure: unknown, verbose: boolean): void {
  const error = codedError(failure);
  const lines = [`ethogram: ${error.code}: ${printableLines(error.message)}`];
  if (error.remedy) lines.push(`  ${printableLines(error.remedy)}`);
  if (verbose) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      lines.push(printableLines(cause.stack ?? cause.message));
    }
  }
  stderr.write(`${lines.join('\n')}\n`);
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
