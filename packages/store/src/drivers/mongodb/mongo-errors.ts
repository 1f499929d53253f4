import { EthogramError } from '@ethogram/core';
import {
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { storeErrors } from '../../errors.js';
import { redactUri } from '../../store-uri.js';

const AUTHENTICATION_FAILED = 18;
const UNAUTHORIZED = 13;
/** What every server answers to an insert of an `_id` that is there. */
export const DUPLICATE_KEY = 11_000;

/** Gives an error of the database client a code, without credentials in its text. */
export function codedMongo(cause: unknown, uri: string): EthogramError {
  if (cause instanceof EthogramError) return cause;
  const text = redactUri(cause instanceof Error ? cause.message : String(cause));
  const where = redactUri(uri);
  // The client's own error is not kept as the cause: it may hold the URI.
  const details = {
    name: cause instanceof Error ? cause.name : 'unknown',
    outage: isOutage(cause),
  };
  if (
    cause instanceof MongoServerError &&
    (cause.code === AUTHENTICATION_FAILED || cause.code === UNAUTHORIZED)
  ) {
    return storeErrors.make('STORE-1016', `${where}: ${text}`, { details });
  }
  return storeErrors.make('STORE-1002', `${where}: ${text}`, { details });
}

/** Whether the database was not reached, or went away before it answered, so that asking again may help. */
export function isOutage(cause: unknown): boolean {
  if (cause instanceof EthogramError) return cause.details.outage === true;
  if (!(cause instanceof MongoError)) return false;
  // A bulk write carries what happened to it as its response.
  const inner: unknown = cause instanceof MongoServerError ? cause.errorResponse : undefined;
  if (inner instanceof MongoError) return isOutage(inner);
  return (
    cause instanceof MongoNetworkError ||
    cause instanceof MongoServerSelectionError ||
    cause instanceof MongoNotConnectedError ||
    cause.hasErrorLabel('RetryableWriteError') ||
    cause.hasErrorLabel('PoolRequestedRetry')
  );
}

/** Whether an insert failed because the `_id` was there, and for no other reason. */
export function isDuplicate(cause: unknown): boolean {
  return cause instanceof MongoServerError && cause.code === DUPLICATE_KEY;
}
