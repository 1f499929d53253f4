import type { Block } from '@ethogram/core';
import type { z } from 'zod';
import {
  type TickExtra,
  type TickIdentityFields,
  tickExtra,
  tickIdentityFields,
} from './draft-tick.js';
import { malformed, type Place, type Refuse } from './errors.js';

/** Columns of a table that say who a tick is, and what it carries beside its values. */
export const IDENTITY_COLUMNS: ReadonlySet<string> = new Set([
  '@host',
  '@boot',
  '@seq',
  '@interval_ns',
  '@backend',
  '@extra',
]);

/**
 * Reads who a tick is from cells of text; an empty one says nothing.
 * @returns `undefined` where `refuse` was told of FORMAT-1001 and did not throw.
 */
export function readIdentity(
  cell: (column: string) => string,
  place: (column: string) => Place,
  refuse: Refuse,
): TickIdentityFields | undefined {
  const text = (column: string) => (cell(column) === '' ? undefined : cell(column));
  const number = (column: string) => (cell(column) === '' ? undefined : Number(cell(column)));
  const result = tickIdentityFields.safeParse({
    host: text('@host'),
    boot: text('@boot'),
    seq: number('@seq'),
    intervalNs: number('@interval_ns'),
    backend: text('@backend'),
  });
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path[0];
  const column = field === 'intervalNs' ? '@interval_ns' : `@${String(field)}`;
  refuse(malformed(place(column), 'an integer from 0 on', { text: cell(column) }));
  return undefined;
}

/**
 * Reads the JSON of what a tick carries beside its values; empty text is nothing.
 * @returns `undefined` where `refuse` was told of FORMAT-1001 and did not throw.
 */
export function readExtra(text: string, place: Place, refuse: Refuse): TickExtra | undefined {
  if (text === '') return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    refuse(malformed(place, 'JSON of a tick', { text }));
    return undefined;
  }
  const result = tickExtra.safeParse(json);
  if (result.success) return result.data;
  refuse(malformed(place, describe(result.error), { text }));
  return undefined;
}

/** What a schema expected, as a phrase: `links.0.kind: Invalid option …`. */
export function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') || 'an object'} as docs/formats.md says (${issue?.message ?? ''})`;
}

/**
 * Remembers which attributes of sources were written, so that they are written only where they
 * change.
 */
export class WrittenAttributes {
  readonly #written = new Map<string, string>();

  /**
   * What to write with the first tick of a block: the attributes of its sources that differ from
   * what was written before, `null` for those that are no longer known.
   */
  changes(block: Block): TickExtra['attributes'] {
    const changed: NonNullable<TickExtra['attributes']> = {};
    for (const { kind, name, attributes } of block.sources) {
      const key = `${kind}:${name}`;
      const id = JSON.stringify([block.host, key]);
      const text = attributes ? JSON.stringify(attributes) : undefined;
      if (this.#written.get(id) === text) continue;
      changed[key] = attributes ? { ...attributes } : null;
      if (text === undefined) this.#written.delete(id);
      else this.#written.set(id, text);
    }
    return Object.keys(changed).length > 0 ? changed : undefined;
  }
}

/** What a tick of a block carries beside its values, defaults left out. */
export function extraOf(block: Block, t: number, attributes: TickExtra['attributes']): TickExtra {
  const links = block.links.get(t);
  const markers = block.markers.get(t);
  const lost = block.lost.get(t);
  return {
    ...(block.blind.length > 0 ? { blind: [...block.blind] } : {}),
    ...(lost ? { lost: { ...lost } } : {}),
    ...(links ? { links: [...links] } : {}),
    ...(block.linkSnapshots.has(t) ? { linkSnapshot: true } : {}),
    ...(markers ? { markers: [...markers] } : {}),
    ...(attributes ? { attributes } : {}),
  };
}
