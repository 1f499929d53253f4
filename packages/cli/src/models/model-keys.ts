import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { type Model, readSigningKey, readTrustedKeys, signModel } from '@ethogram/model';
import { printable } from '@ethogram/report';
import { cliErrors } from '../errors.js';

/** Where trusted keys are looked for when no file is named. */
export const TRUSTED_KEYS = '/etc/ethogram/trusted-keys.pem';
/** Keys are short; a file above this is something else. */
const MAX_BYTES = 1 << 16;

interface ReadFile {
  readonly text: string;
  readonly mode: number;
  readonly uid: number;
}

/**
 * The keys whose signatures count. Whoever may write the file decides what is scored with, so that
 * it must belong to root and be writable by root alone.
 * @param file absent: {@link TRUSTED_KEYS}, and no keys where that does not exist.
 * @throws CLI-1008 where it cannot be read, CLI-1015 where others may write it, MODEL-1009 where it
 * holds no keys.
 */
export function trustedKeys(file: string | undefined): readonly string[] {
  if (file === undefined && !existsSync(TRUSTED_KEYS)) return [];
  const name = file ?? TRUSTED_KEYS;
  const { text, mode, uid } = read(name);
  if (uid !== 0) {
    const message = `${printable(name)}: expected that trusted keys belong to root, found user ${uid}`;
    throw cliErrors.make('CLI-1015', message);
  }
  if ((mode & 0o022) !== 0) {
    const message = `${printable(name)}: expected that only root may write trusted keys, found mode ${octal(mode)}`;
    throw cliErrors.make('CLI-1015', message);
  }
  return readTrustedKeys(text);
}

/**
 * What signs models with the key of a file, which nobody but its owner may read.
 * @throws CLI-1008 where it cannot be read, CLI-1016 where others may read it, MODEL-1009 where it
 * is no private ed25519 key.
 */
export function signerOf(file: string): (model: Model) => Model {
  const { text, mode } = read(file);
  if ((mode & 0o077) !== 0) {
    const message = `${printable(file)}: expected that only its owner may read a signing key, found mode ${octal(mode)}`;
    throw cliErrors.make('CLI-1016', message);
  }
  const key = readSigningKey(text);
  return (model) => signModel(model, key);
}

function read(file: string): ReadFile {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const { mode, uid, size } = fstatSync(descriptor);
      if (size > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes, found ${size}`);
      return { text: readFileSync(descriptor, 'utf8'), mode, uid };
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.make('CLI-1008', `${printable(file)}: ${printable(reason)}`, { cause });
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, '0');
}
