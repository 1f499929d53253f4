import { BSON, type Document, type MongoClient } from 'mongodb';

const TIME_FIELD = 'ts';
const META_FIELD = 'meta';
const MOST_BYTES = 4 * 1024 * 1024;

/** A command that a client sends, as command monitoring shows it. */
export interface SentCommand {
  readonly commandName: string;
  readonly command: Document;
}

/**
 * Watches what a client sends to a time-series collection, and notes whatever real servers refuse
 * there although others may take it (docs/data-model.md).
 * @returns the notes, which grow while the client works
 */
export function watchNeverSend(client: MongoClient, collection: string): string[] {
  const notes: string[] = [];
  client.on('commandStarted', (event) => {
    notes.push(...whatIsWrong(event, collection).map((note) => `${event.commandName}: ${note}`));
  });
  return notes;
}

/** What is wrong with a command that touches the time-series collection. */
export function whatIsWrong({ commandName, command }: SentCommand, collection: string): string[] {
  const wrong: string[] = [];
  const check = (bad: boolean, note: string): void => {
    if (bad) wrong.push(note);
  };
  check(JSON.stringify(command).includes('system.buckets.'), 'touches system.buckets');
  const pipeline = Array.isArray(command.pipeline) ? (command.pipeline as Document[]) : [];
  for (const stage of pipeline) {
    const into = stage.$out ?? stage.$merge?.into ?? stage.$merge;
    check(into === collection || into?.coll === collection, '$out or $merge into it');
  }
  if (commandName === 'renameCollection' || commandName === 'reshardCollection') {
    check(String(command[commandName]).endsWith(`.${collection}`), `${commandName} of it`);
  }
  if (command[commandName] !== collection) return wrong;
  switch (commandName) {
    case 'insert':
      check(command.autocommit === false, 'a write in a transaction');
      for (const document of command.documents as Document[]) checkDocument(document, check);
      break;
    case 'update':
    case 'findAndModify':
      wrong.push('an update');
      break;
    case 'delete':
      check(command.autocommit === false, 'a write in a transaction');
      for (const { q, limit } of command.deletes as Document[]) {
        check(limit !== 0, 'deleteOne');
        const purelyMeta = Object.keys(q).every(
          (k) => k === META_FIELD || k.startsWith(`${META_FIELD}.`),
        );
        check(!purelyMeta || Object.keys(q).length === 0, 'a delete not purely on the meta field');
      }
      break;
    case 'createIndexes':
      for (const index of command.indexes as Document[]) checkIndex(index, check);
      break;
    case 'aggregate':
      check(
        pipeline.some((stage) => stage.$changeStream),
        'watch()',
      );
      check(
        pipeline.some((stage) => stage.$sort) && !command.allowDiskUse,
        'a sort without allowDiskUse',
      );
      break;
    case 'find':
      check(command.sort !== undefined && !command.allowDiskUse, 'a sort without allowDiskUse');
      break;
    case 'create':
      checkCreate(command, check);
      break;
    case 'collMod':
      check(
        command.validator !== undefined || command.timeseries !== undefined,
        'a change of its layout',
      );
      break;
    case 'distinct':
    case 'reIndex':
      wrong.push(commandName);
      break;
  }
  return wrong;
}

type Check = (bad: boolean, note: string) => void;

function checkDocument(document: Document, check: Check): void {
  check(!(document[TIME_FIELD] instanceof Date), 'a document whose time field is no date');
  check(BSON.calculateObjectSize(document) > MOST_BYTES, 'a document over 4 MB');
  check(hasOddKey(document), 'a dot or $ in a name');
  for (const value of Object.values((document[META_FIELD] ?? {}) as Document)) {
    check(typeof value !== 'string', 'a meta value that is no text');
  }
}

function hasOddKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasOddKey);
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype
  ) {
    return false;
  }
  return Object.entries(value).some(([key, inner]) => /[.$]/.test(key) || hasOddKey(inner));
}

function checkIndex(index: Document, check: Check): void {
  const kinds = Object.values(index.key as Document);
  check(index.unique === true || index.sparse === true, 'a unique or sparse index');
  check(
    kinds.some((kind) => kind === 'text' || kind === '2d'),
    'a text or 2d index',
  );
  check(
    index.expireAfterSeconds !== undefined && !index.partialFilterExpression,
    'a TTL index that is not partial',
  );
}

function checkCreate(command: Document, check: Check): void {
  const series = command.timeseries as Document | undefined;
  check(!series, 'created without timeseries');
  check(command.validator !== undefined || command.capped !== undefined, 'a validator or a cap');
  check(
    series?.bucketMaxSpanSeconds !== series?.bucketRoundingSeconds,
    'bucketMaxSpanSeconds other than bucketRoundingSeconds',
  );
  check(
    series?.bucketMaxSpanSeconds !== undefined && series.granularity !== undefined,
    'bucketMaxSpanSeconds beside granularity',
  );
}
