import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { assertTrusted, type Model, parseModel } from '@ethogram/model';
import { printable } from '@ethogram/report';
import type { StoredModel } from '@ethogram/store';
import type { CommandContext } from '../command.js';
import { cliErrors } from '../errors.js';
import type { GlobalValues } from '../options/global-options.js';
import { trustedKeys } from './model-keys.js';

/** A model file above this is none of ours; the parser's own limit is the same. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Name and version of a model in the store, as one writes them: `web`, `web@3`. */
export interface ModelReference {
  readonly name: string;
  readonly version?: number;
}

/** The pin under which a store keeps the window of a model. */
export function modelPin(name: string, version: number): string {
  return `model/${name}/${version}`;
}

/** Reads `NAME` or `NAME@VERSION`. */
export function parseReference(text: string): ModelReference {
  const match = /^(.+)@([1-9]\d*)$/su.exec(text);
  return match ? { name: match[1] ?? text, version: Number(match[2]) } : { name: text };
}

/**
 * The model that `--model` means, to work with: a file where there is one of that path, else one
 * of the store.
 * @throws CLI-1006 where there is neither, CLI-1008 where a file cannot be read, MODEL-… where it
 * is no model, or with --require-signature none that a trusted key vouches for.
 */
export async function loadModel(context: CommandContext, reference: string): Promise<Model> {
  const model = await lookAtModel(context, reference);
  assertVouched(context.globals, model);
  return model;
}

/**
 * With --require-signature: sees to it that a trusted key vouches for a model.
 * @throws MODEL-1007; CLI-1008, CLI-1015 or MODEL-1009 for the file of the keys.
 */
export function assertVouched(
  globals: Pick<GlobalValues, 'requireSignature' | 'trustedKeys'>,
  model: Model,
): void {
  if (globals.requireSignature) assertTrusted(model, trustedKeys(globals.trustedKeys));
}

/** Whether a reference means a file. */
export function isModelFile(reference: string): boolean {
  return existsSync(reference) || /[/\\]|\.json$/.test(reference);
}

/** A model to look at, whoever vouches for it; see {@link loadModel}. */
export async function lookAtModel(context: CommandContext, reference: string): Promise<Model> {
  if (existsSync(reference)) return parseModel(await readModelFile(reference));
  if (isModelFile(reference)) {
    throw cliErrors.make(
      'CLI-1006',
      `expected a model file, found none at ${printable(reference)}`,
    );
  }
  return parseModel((await storedModel(context, reference)).json);
}

/**
 * A model of the store.
 * @throws CLI-1006.
 */
export async function storedModel(
  context: CommandContext,
  reference: string,
): Promise<StoredModel> {
  const { name, version } = parseReference(reference);
  const store = await context.openStore('read');
  const stored = await store.models.get(name, version);
  if (stored) return stored;
  const names = [...new Set((await store.models.list()).map((model) => printable(model.name)))];
  const found = names.length === 0 ? 'a store without models' : names.slice(0, 5).join(', ');
  throw cliErrors.make('CLI-1006', `expected model "${printable(reference)}", found ${found}`);
}

/**
 * The text of a model file.
 * @throws CLI-1008.
 */
export async function readModelFile(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) {
      throw new Error(`expected at most ${MAX_BYTES} bytes, found ${size} in ${file}`);
    }
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.make('CLI-1008', printable(reason), { cause });
  }
}
