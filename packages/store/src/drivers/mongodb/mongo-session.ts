import { type Db, MongoClient, ReadPreference } from 'mongodb';
import { storeErrors } from '../../errors.js';
import type { OpenOptions } from '../../store.js';
import { redactUri } from '../../store-uri.js';
import { type Collections, collectionsOf, ensureIndexes, type Layout } from './documents.js';
import { codedMongo } from './mongo-errors.js';
import { settleLayout } from './settle-layout.js';

/** The version of the schema; a database of a newer one is refused. */
const FORMAT = 1;

/** How long an operation waits for a server; a collector must not be held up for long. */
const FIND_SERVER_MS = 5_000;

/** A database that is open. */
export class MongoSession {
  /** Credentials redacted. */
  readonly uri: string;
  readonly mode: OpenOptions['mode'];
  readonly db: Db;
  readonly #client: MongoClient;
  readonly #collections: Collections;
  #layout: Layout = 'bucketed';
  #closed = false;

  private constructor(
    uri: string,
    database: string,
    client: MongoClient,
    mode: OpenOptions['mode'],
  ) {
    this.uri = redactUri(uri);
    this.mode = mode;
    this.#client = client;
    this.db = client.db(database);
    this.#collections = collectionsOf(this.db);
  }

  /**
   * Connects. What is written is acknowledged by a majority of the servers that hold it, in
   * their journals; what is read is what a majority has, from the primary. Options in the URI
   * (TLS, authentication, time limits) hold; these concerns do not give way to it.
   * @throws STORE-1002, STORE-1004, STORE-1016
   */
  static async open(
    uri: string,
    database: string,
    options: OpenOptions,
    watch?: (client: MongoClient) => void,
  ): Promise<MongoSession> {
    let client: MongoClient | undefined;
    try {
      client = new MongoClient(uri, {
        appName: 'ethogram',
        writeConcern: { w: 'majority', journal: true },
        readConcern: { level: 'majority' },
        readPreference: ReadPreference.primary,
        ...(uri.includes('serverSelectionTimeoutMS')
          ? {}
          : { serverSelectionTimeoutMS: FIND_SERVER_MS }),
        monitorCommands: watch !== undefined,
        ignoreUndefined: true,
      });
      watch?.(client);
      await client.connect();
      const session = new MongoSession(uri, database, client, options.mode);
      await session.#checkFormat();
      session.#layout = await settleLayout(session.db, session.#collections, {
        create: options.mode === 'write',
        wanted: options.layout ?? 'auto',
        version: FORMAT,
      });
      if (options.mode === 'write') await ensureIndexes(session.#collections);
      return session;
    } catch (cause) {
      await client?.close().catch(() => undefined);
      throw codedMongo(cause, uri);
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How this database keeps samples. */
  get layout(): Layout {
    return this.#layout;
  }

  /**
   * Runs operations on the collections; errors come out coded.
   * @throws STORE-1009 once closed
   */
  async run<T>(operate: (collections: Collections) => Promise<T>): Promise<T> {
    try {
      return await operate(this.collections());
    } catch (cause) {
      throw codedMongo(cause, this.uri);
    }
  }

  /**
   * The collections, for those who look at the client's errors themselves.
   * @throws STORE-1009 once closed
   */
  collections(): Collections {
    if (this.#closed) throw storeErrors.make('STORE-1009', `${this.uri} was closed`);
    return this.#collections;
  }

  /** @throws STORE-1007, STORE-1009 */
  mayWrite(what: 'samples' | 'annotations'): void {
    this.collections();
    if (this.mode === 'write' || (what === 'annotations' && this.mode === 'annotate')) return;
    throw storeErrors.make('STORE-1007', `${this.uri} was opened with mode "${this.mode}"`);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#client.close();
  }

  async #checkFormat(): Promise<void> {
    const { format } = this.#collections;
    const found = await format.findOne({ _id: 'format' });
    if ((found?.version ?? FORMAT) <= FORMAT) return;
    throw storeErrors.make(
      'STORE-1004',
      `${this.uri} has schema ${found?.version}; this version knows schemas up to ${FORMAT}`,
    );
  }
}
