import { Readable } from 'node:stream';
import type { Tick } from '@ethogram/core';
import { type ImportOptions, importFiles } from '../../src/formats/import-files.js';

/** Imports content as standard input, of host `here`. */
export async function readText(
  content: string | Uint8Array,
  options: Partial<ImportOptions> = {},
): Promise<Tick[]> {
  const ticks: Tick[] = [];
  const stdin = Readable.from([Buffer.from(content)]);
  for await (const tick of importFiles(['-'], { host: 'here', ...options, stdin }))
    ticks.push(tick);
  return ticks;
}

/** The values of a tick by the key of their source. */
export function valuesOf(tick: Tick | undefined): unknown {
  return tick?.samples.map(({ kind, name, values }) => [
    `${kind}:${name}`,
    Object.fromEntries(values),
  ]);
}
