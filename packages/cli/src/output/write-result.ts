import { access, constants, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { printable } from '@ethogram/report';
import { cliErrors } from '../errors.js';
import type { Output } from './output.js';

/**
 * Writes a result to `--out FILE`, whole or not at all (a new file takes the place of the old one
 * when it is complete); `-` or nothing is standard output.
 * @throws CLI-1008.
 */
export async function writeResult(
  out: Output,
  file: string | undefined,
  text: string,
): Promise<void> {
  if (file === undefined || file === '-') {
    await out.raw(text);
    return;
  }
  try {
    if (await isSpecial(file)) {
      await writeFile(file, text);
      return;
    }
    const partial = `${file}.partial-${process.pid}`;
    try {
      await writeFile(partial, text);
      await rename(partial, file);
    } catch (cause) {
      await rm(partial, { force: true });
      throw cause;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.make('CLI-1008', printable(reason), { cause });
  }
}

/** Devices and pipes are written in place. */
async function isSpecial(file: string): Promise<boolean> {
  try {
    const status = await stat(file);
    return !status.isFile() && !status.isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes a folder to write results into, with those above it, and sees to it that it can be written.
 * @throws CLI-1008.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.make('CLI-1008', printable(reason), {
      cause,
      remedy: 'Name a folder that can be written with --out.',
    });
  }
}
