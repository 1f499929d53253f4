import { type Collection, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';
import { DUPLICATE_KEY } from './mongo-errors.js';

/**
 * Inserts documents whose `_id` is what they are.
 * @returns how many were new: those that were there already, from a call whose answer was lost, do
 *   not count.
 */
export async function insertOnce<T extends { _id: string }>(
  collection: Collection<T>,
  documents: readonly OptionalUnlessRequiredId<T>[],
): Promise<number> {
  try {
    return (await collection.insertMany(documents, { ordered: false })).insertedCount;
  } catch (cause) {
    if (!(cause instanceof MongoBulkWriteError)) throw cause;
    const errors = Array.isArray(cause.writeErrors) ? cause.writeErrors : [cause.writeErrors];
    if (errors.length === 0 || errors.some((error) => error.code !== DUPLICATE_KEY)) throw cause;
    return documents.length - errors.length;
  }
}
