import { describe, expect, it } from 'vitest';
import { type SentCommand, whatIsWrong } from './never-send.js';

const sent = (commandName: string, rest: Record<string, unknown>): SentCommand => ({
  commandName,
  command: { [commandName]: 'samples', ...rest },
});
const good = { ts: new Date(0), meta: { host: 'h' }, m: [{ k: 'a.b', v: 1 }] };

describe('the guard of what is never sent to a time-series collection', () => {
  it.each([
    ['a write in a transaction', sent('insert', { documents: [good], autocommit: false })],
    ['an update', sent('update', { updates: [] })],
    ['findAndModify', sent('findAndModify', {})],
    ['deleteOne', sent('delete', { deletes: [{ q: { 'meta.host': 'h' }, limit: 1 }] })],
    ['a delete by time', sent('delete', { deletes: [{ q: { ts: 1 }, limit: 0 }] })],
    ['a delete of everything', sent('delete', { deletes: [{ q: {}, limit: 0 }] })],
    ['a unique index', sent('createIndexes', { indexes: [{ key: { a: 1 }, unique: true }] })],
    ['a text index', sent('createIndexes', { indexes: [{ key: { a: 'text' } }] })],
    [
      'a TTL index',
      sent('createIndexes', { indexes: [{ key: { ts: 1 }, expireAfterSeconds: 1 }] }),
    ],
    ['watch', sent('aggregate', { pipeline: [{ $changeStream: {} }] })],
    ['a large sort', sent('aggregate', { pipeline: [{ $sort: { v: 1 } }] })],
    ['a sort', sent('find', { sort: { v: 1 } })],
    ['distinct', sent('distinct', { key: 'meta.host' })],
    ['a text as time', sent('insert', { documents: [{ ...good, ts: '2026' }] })],
    ['no time', sent('insert', { documents: [{ meta: {} }] })],
    ['a dotted name', sent('insert', { documents: [{ ...good, 'a.b': 1 }] })],
    ['a dotted name within', sent('insert', { documents: [{ ...good, m: [{ $k: 1 }] }] })],
    ['an array in meta', sent('insert', { documents: [{ ...good, meta: { pids: [1] } }] })],
    ['a pid in meta', sent('insert', { documents: [{ ...good, meta: { pid: 1 } }] })],
    ['5 MB', sent('insert', { documents: [{ ...good, x: 'x'.repeat(5e6) }] })],
    ['an ordinary collection', sent('create', {})],
    ['a cap', sent('create', { timeseries: { timeField: 'ts' }, capped: true })],
    ['an odd span', sent('create', { timeseries: { timeField: 'ts', bucketMaxSpanSeconds: 5 } })],
    ['another granularity', sent('collMod', { timeseries: { granularity: 'hours' } })],
    ['reIndex', sent('reIndex', {})],
    [
      '$merge',
      {
        commandName: 'aggregate',
        command: { aggregate: 'x', pipeline: [{ $merge: { into: 'samples' } }] },
      },
    ],
    [
      '$out',
      { commandName: 'aggregate', command: { aggregate: 'x', pipeline: [{ $out: 'samples' }] } },
    ],
    [
      'rename',
      { commandName: 'renameCollection', command: { renameCollection: 'db.samples', to: 'db.x' } },
    ],
    ['buckets', { commandName: 'find', command: { find: 'system.buckets.samples' } }],
  ])('notes %s', (_, command) => {
    expect(whatIsWrong(command, 'samples')).not.toEqual([]);
  });

  it.each([
    sent('insert', { documents: [good] }),
    sent('find', { filter: { ts: 1 } }),
    sent('delete', { deletes: [{ q: { 'meta.recording': 'r' }, limit: 0 }] }),
    sent('create', { timeseries: { timeField: 'ts', metaField: 'meta', granularity: 'seconds' } }),
    { commandName: 'update', command: { update: 'commits', updates: [] } },
    { commandName: 'ping', command: { ping: 1 } },
  ])('has nothing against $commandName', (command) => {
    expect(whatIsWrong(command, 'samples')).toEqual([]);
  });
});
