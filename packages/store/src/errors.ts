import { defineErrors } from '@ethogram/core';

/** What can go wrong in a store, with what to do about it. Import and export have errors of their own. */
export const storeErrors = defineErrors({
  'STORE-1001': {
    title: 'The store URI is not understood',
    remedy:
      'Use lmdb:/path/to/folder, mongodb://user@host:port/database, mongodb+srv://… or memory:.',
    exitCode: 2,
  },
  'STORE-1002': {
    title: 'The store cannot be reached',
    remedy: 'Check that the server runs, that its address is right and that a firewall lets it by.',
    exitCode: 6,
  },
  'STORE-1003': {
    title: 'Another process writes to this store',
    remedy:
      'Stop the other writer, or open the store for reading or annotating, which any number may do beside it.',
    exitCode: 6,
  },
  'STORE-1004': {
    title: 'The store was written by a newer version',
    remedy: 'Use that version or a later one, or another store.',
    exitCode: 6,
  },
  'STORE-1005': {
    title: 'Stored bytes are damaged',
    remedy:
      'Export what can still be read, recording by recording, and check the disk; then remove the damaged recording.',
    exitCode: 1,
  },
  'STORE-1006': {
    title: 'A tick is not well-formed',
    remedy: 'Numbers must be finite, times integer milliseconds, sequence numbers integers from 0.',
    exitCode: 2,
  },
  'STORE-1007': {
    title: 'The store was not opened for this',
    remedy: 'Open it with mode "write" (samples) or "annotate" (models, events, leases).',
    exitCode: 1,
  },
  'STORE-1008': {
    title: 'A name cannot be stored',
    remedy: 'Use 1 to 200 characters without control characters.',
    exitCode: 2,
  },
  'STORE-1009': {
    title: 'The store is closed',
    remedy: 'Open it again.',
    exitCode: 1,
  },
  'STORE-1010': {
    title: 'The disk under the store is full',
    remedy:
      'Free space on that file system, or lower the size limit of retention; everything acknowledged is safe.',
    exitCode: 6,
  },
  'STORE-1011': {
    title: 'The store has reached its size limit',
    remedy: 'Raise the limit, let retention delete more, or remove recordings.',
    exitCode: 6,
  },
  'STORE-1012': {
    title: 'The embedded store lies on a network file system',
    remedy:
      'Memory maps and locks are not safe there: put it on a local disk, or use a mongodb:// store.',
    exitCode: 6,
  },
  'STORE-1013': {
    title: 'There is no store at this place',
    remedy: 'Check the path; `ethogram record` and `ethogram import` create a store.',
    exitCode: 6,
  },
  'STORE-1014': {
    title: 'The store may not be opened by this user',
    remedy: 'Give this user the right to read and write the folder and its files.',
    exitCode: 6,
  },
  'STORE-1015': {
    title: 'The store is in use',
    remedy: 'Close the other processes that have it open, then try again.',
    exitCode: 6,
  },
  'STORE-1016': {
    title: 'The database refused the credentials',
    remedy: 'Check user, password and authSource in the URI.',
    exitCode: 6,
  },
  'STORE-1017': {
    title: 'Ticks were dropped while the database could not be reached',
    remedy: 'The connection was away for longer than the buffer holds; raise the buffer.',
    exitCode: 6,
  },
  'STORE-1018': {
    title: 'A retention policy or a pin is not understood',
    remedy: 'Ages, sizes and intervals are positive; an interval divides a minute.',
    exitCode: 2,
  },
  'STORE-1019': {
    title: 'The store was written by an older version, whose layout is no longer read',
    remedy: 'Export its recordings with that version, and import them into a new store.',
    exitCode: 6,
  },
});
