import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type EthogramError, isSourceKind, type SourceId, type Tick } from '@ethogram/core';
import { completeTicks } from './complete-ticks.js';
import { detectFormat } from './detect-format.js';
import { formatErrors, type Refuse } from './errors.js';
import { type InputFile, openInputFile } from './input-file.js';
import { IMPORT_FORMATS, type ImportFormat, readFormat } from './read-format.js';

/** How to read foreign data. */
export interface ImportOptions {
  /** The host that data are of where they name none. */
  readonly host: string;
  /** Told from the content where not given. */
  readonly format?: ImportFormat | 'auto';
  /** Everything becomes metrics of this one source: `name` (a custom source) or `kind:name`. */
  readonly source?: string;
  /** When data without times begin, milliseconds UTC. */
  readonly startMs?: number;
  /** How far apart ticks are, milliseconds; without it their steps say so, or 1 s. */
  readonly intervalMs?: number;
  /** Leaves out what cannot be read, instead of refusing all. */
  readonly partial?: boolean;
  /**
   * Reads what is imported once, in half the time: for a store that is thrown away where the import
   * fails. Into one that is kept, a recording that was there before keeps what came before the fault.
   */
  readonly once?: boolean;
  /** With `partial`: is told of each place that was left out. */
  readonly onProblem?: (error: EthogramError) => void;
  /** What `-` reads; default `process.stdin`. */
  readonly stdin?: Readable;
  readonly signal?: AbortSignal;
}

/**
 * Reads files into ticks, validated, ascending per host and file, in constant memory. The boot
 * of a file whose data name none is `import.` and a hash of its content and of the options that
 * decide what is read from it, so that the same file is never stored twice.
 * @param files paths; `-` is standard input. Gzip is told from the content.
 * @throws FORMAT-1001 … FORMAT-1007, FORMAT-1009
 */
export async function* importFiles(
  files: readonly string[],
  options: ImportOptions,
): AsyncGenerator<Tick, void, undefined> {
  const inputs = await openInputs(files, options);
  try {
    yield* readInputs(inputs, options);
  } finally {
    await closeInputs(inputs);
  }
}

/** Opens every file before anything is read. @throws FORMAT-1002, FORMAT-1007 */
export async function openInputs(
  files: readonly string[],
  options: ImportOptions,
): Promise<readonly InputFile[]> {
  checkOptions(files, options);
  const inputs: InputFile[] = [];
  try {
    for (const file of files) {
      inputs.push(await openInputFile(file, options.stdin ?? process.stdin));
    }
  } catch (error) {
    await closeInputs(inputs);
    throw error;
  }
  return inputs;
}

/** Closes what {@link openInputs} opened. */
export async function closeInputs(inputs: readonly InputFile[]): Promise<void> {
  for (const input of inputs) await input.close();
}

/** Reads opened files into ticks; may be called again to read them once more. */
export async function* readInputs(
  inputs: readonly InputFile[],
  options: ImportOptions,
): AsyncGenerator<Tick, void, undefined> {
  const refuse: Refuse = (error) => {
    if (!options.partial) throw error;
    options.onProblem?.(error);
  };
  const source = options.source === undefined ? undefined : sourceOf(options.source);
  const { startMs, intervalMs, signal } = options;
  for (const input of inputs) {
    const named = options.format ?? 'auto';
    const format = named === 'auto' ? await detectFormat(input) : named;
    const drafts = readFormat(input, format, {
      file: input.name,
      refuse,
      host: options.host,
      ...(source ? { source } : {}),
      ...(startMs === undefined ? {} : { startMs }),
      ...(intervalMs === undefined ? {} : { intervalMs }),
    });
    const defaults = {
      boot: await bootOf(input, format, options),
      ...(intervalMs === undefined ? {} : { intervalMs }),
    };
    let any = false;
    for await (const tick of completeTicks(drafts, defaults, refuse)) {
      signal?.throwIfAborted();
      any = true;
      yield tick;
    }
    if (!any) throw formatErrors.make('FORMAT-1005', `${input.name}: expected ticks, found none`);
  }
}

async function bootOf(
  input: InputFile,
  format: ImportFormat,
  options: ImportOptions,
): Promise<string> {
  const { source, startMs, intervalMs } = options;
  const identity = [await input.contentHash(), format, source, startMs, intervalMs];
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return `import.${hash.slice(0, 16)}`;
}

function sourceOf(text: string): SourceId {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, colon));
  return isSourceKind(kind)
    ? { kind, name: text.slice(colon + 1) }
    : { kind: 'custom', name: text };
}

function checkOptions(files: readonly string[], options: ImportOptions): void {
  const { host, format = 'auto', source, startMs, intervalMs } = options;
  const problems = [
    files.length === 0 && 'expected at least one file, found none',
    files.filter((file) => file === '-').length > 1 && 'standard input can be read once only',
    host === '' && 'expected the name of a host, found nothing',
    format !== 'auto' &&
      !IMPORT_FORMATS.includes(format) &&
      `expected a format of ${IMPORT_FORMATS.join(', ')}, found ${JSON.stringify(format)}`,
    source !== undefined && sourceOf(source).name === '' && 'expected a source with a name',
    startMs !== undefined &&
      !Number.isSafeInteger(startMs) &&
      `expected a start in whole milliseconds, found ${startMs}`,
    intervalMs !== undefined &&
      !(Number.isFinite(intervalMs) && intervalMs > 0) &&
      `expected an interval above 0 ms, found ${intervalMs}`,
  ];
  const problem = problems.find((text) => text !== false);
  if (problem) throw formatErrors.make('FORMAT-1007', problem);
}
