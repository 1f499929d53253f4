import { MODEL_SCHEMA } from './model.js';

/** A document that is JSON and nothing more: each step has to look before it takes. */
type Document = Readonly<Record<string, unknown>>;

/** One step from a schema version to the next. */
interface Migration {
  readonly from: string;
  readonly to: string;
  readonly migrate: (document: Document) => Document;
}

/**
 * How documents of earlier versions become such of the present one, oldest first. A field that is
 * new gets the value by which scoring does what it did before; nothing is learned anew.
 */
const MIGRATIONS: readonly Migration[] = Object.freeze([
  {
    from: 'ethogram-model/1',
    to: 'ethogram-model/2',
    // Version 2 can be signed, may merge sources, and knows the modes of each.
    migrate: (document: Document) => ({
      ...document,
      signature: null,
      group: null,
      sources: eachObject(document['sources'], (source) => ({ ...source, modes: null })),
    }),
  },
]);

/** Schema versions that can be read, oldest first, the present one last. */
export const READABLE_SCHEMAS: readonly string[] = Object.freeze([
  ...MIGRATIONS.map(({ from }) => from),
  MODEL_SCHEMA,
]);

/** Whether a version is one that {@link migrate} takes to the present one. */
export function isEarlierSchema(schema: unknown): boolean {
  return MIGRATIONS.some(({ from }) => from === schema);
}

/** Takes a document of an earlier version, step by step, to the present one. */
export function migrate(document: Document): Document {
  let current = document;
  for (const { from, to, migrate: step } of MIGRATIONS) {
    if (current['schema'] === from) current = { ...step(current), schema: to };
  }
  return current;
}

/** Changes the objects of a list; whatever else it holds is for the schema to refuse. */
function eachObject(list: unknown, change: (document: Document) => Document): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? change(item as Document)
      : item,
  );
}
