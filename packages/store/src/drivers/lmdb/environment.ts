import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { open, type RootDatabase, TransactionFlags } from 'lmdb';
import { storeErrors } from '../../errors.js';
import type { OpenOptions } from '../../store.js';
import { checkDisk, checkLocal, type LmdbSystem, SYSTEM } from './file-system.js';
import { Flusher } from './flusher.js';
import { keys } from './keys.js';
import { coded } from './lmdb-errors.js';
import { inUse, mappedHere, openedByOthers } from './open-elsewhere.js';

/** The version of the layout of keys, values and chunks; a store of another one is refused. */
export const FORMAT = 1;

/**
 * A commit, all or nothing. It asks not to wait for the disk, but lmdb's overlapping sync flushes
 * at its end all the same (docs/data-model.md, "A power cut").
 */
const COMMIT: TransactionFlags =
  TransactionFlags.ABORTABLE | TransactionFlags.SYNCHRONOUS_COMMIT | TransactionFlags.NO_SYNC_FLUSH;

const CLEAR_READERS_EVERY_MS = 60_000;
/**
 * Who runs what, and when, is nobody else's business: what a store makes is its owner's alone. The
 * typings of lmdb leave the option out.
 */
const OWN_FOLDER = 0o700;
const OWN_FILES: object = { permissionsMode: 0o600 };
/** Reader slots: one per reading thread; LMDB's own limit is 126. */
const MOST_READERS = 1_024;
/** Address space taken at the start; LMDB's map grows beyond it by itself. */
const FIRST_MAP_BYTES = 1024 * 1024 * 1024;

type Db = RootDatabase<Buffer>;

/** lmdb has it, its types do not: flushes what was committed, off the main thread. */
interface Flushing {
  sync(done: (error?: Error) => void): void;
}

/** One open LMDB environment: transactions, flushing, and errors with codes. */
export class LmdbEnvironment {
  readonly uri: string;
  readonly path: string;
  readonly mode: OpenOptions['mode'];
  readonly #options: OpenOptions;
  readonly #system: LmdbSystem;
  readonly #flusher: Flusher;
  readonly #maxBytes: number;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #closers: (() => void)[] = [];
  #db: Db | undefined;

  private constructor(path: string, db: Db, options: OpenOptions, system: LmdbSystem) {
    this.uri = `lmdb:${path}`;
    this.path = path;
    this.mode = options.mode;
    this.#db = db;
    this.#options = options;
    this.#system = system;
    this.#maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    this.#flusher = new Flusher(options.sync ?? '5s', () => this.#flush());
    this.every(CLEAR_READERS_EVERY_MS, () => this.#db?.readerCheck());
  }

  /**
   * Opens the environment in a folder, creating both in mode `write`.
   * @throws STORE-1004, STORE-1012, STORE-1013, STORE-1014, STORE-1019, STORE-1002
   */
  static open(path: string, options: OpenOptions, system: LmdbSystem = SYSTEM): LmdbEnvironment {
    const uri = `lmdb:${path}`;
    if (options.mode !== 'write' && !holdsStore(path)) {
      throw storeErrors.make('STORE-1013', `${path} holds no store`);
    }
    try {
      if (options.mode === 'write') mkdirSync(path, { recursive: true, mode: OWN_FOLDER });
    } catch (cause) {
      throw coded(cause, uri);
    }
    checkLocal(path, system);
    const isNew = !holdsStore(path);
    const db = openDatabase(path, options.mode);
    const environment = new LmdbEnvironment(path, db, options, system);
    try {
      environment.#checkFormat();
      // A file that nothing but memory knows to be in its folder is lost with all that it holds.
      if (isNew) for (const folder of [path, dirname(path)]) flushPath(folder);
    } catch (error) {
      void environment.close();
      throw error;
    }
    return environment;
  }

  /**
   * The database, for reading.
   * @throws STORE-1009
   */
  get db(): Db {
    if (!this.#db) throw storeErrors.make('STORE-1009', `${this.uri} was closed`);
    return this.#db;
  }

  /**
   * Reads several values of one state of the store. The transaction ends with the call, so that
   * no read keeps old pages alive.
   */
  snapshot<T>(read: (db: Db) => T): T {
    const db = this.db;
    try {
      return read(db);
    } catch (cause) {
      throw coded(cause, this.uri);
    } finally {
      db.resetReadTxn();
    }
  }

  /**
   * Writes, all or nothing; returns once other processes can see it.
   * @param adds how many bytes come in; what only changes or removes needs hardly any room.
   * @throws STORE-1010 where the disk has no room for it
   */
  commit<T>(write: (db: Db) => T, { adds = 0 }: { readonly adds?: number } = {}): T {
    const db = this.db;
    checkDisk(this.path, adds, this.#system);
    try {
      // The callback returns nothing: lmdb would keep the transaction open on a promise, and
      // `put` and `remove` return one.
      const done: { result?: T } = {};
      db.transactionSync(() => {
        done.result = write(db);
      }, COMMIT);
      this.#flusher.committed();
      return done.result as T;
    } catch (cause) {
      throw coded(cause, this.uri);
    }
  }

  /** Waits as long as the sync mode asks before what was committed may be acknowledged. */
  async durable(): Promise<void> {
    await this.#flusher.durable();
  }

  /** Bytes of the pages in use, which retention by size counts; the file may be larger. */
  usedBytes(): number {
    const stats = this.db.getStats() as { root: TreePages; free: TreePages; pageSize: number };
    return (META_PAGES + treePages(stats.root) + treePages(stats.free)) * stats.pageSize;
  }

  /**
   * Refuses to grow beyond the limit.
   * @throws STORE-1011
   */
  checkRoom(): void {
    if (this.#maxBytes === Number.POSITIVE_INFINITY) return;
    const used = this.usedBytes();
    if (used < this.#maxBytes) return;
    throw storeErrors.make(
      'STORE-1011',
      `${this.uri} uses ${used} bytes of the ${this.#maxBytes} allowed`,
      { details: { usedBytes: used, maxBytes: this.#maxBytes } },
    );
  }

  /** Calls back regularly until the environment closes, without keeping the process alive. */
  every(ms: number, call: () => void): void {
    this.#timers.push(setInterval(call, ms).unref());
  }

  /** Calls back, last registered first, when the environment closes, while it can still write. */
  beforeClose(call: () => void): void {
    this.#closers.unshift(call);
  }

  /**
   * Copies what is in use into a new file and puts it in the place of the old one. Nothing is
   * lost when this is interrupted: the new file takes the old one's name in one step.
   * @throws STORE-1015 while anybody else has the store open
   */
  async compact(): Promise<{ beforeBytes: number; afterBytes: number }> {
    const db = this.db;
    const file = join(this.path, 'data.mdb');
    const folder = join(this.path, 'compacting');
    const others = openedByOthers(this.path);
    if (others.length > 0) throw inUse(this.path, others);
    const beforeBytes = statSync(file).size;
    try {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { mode: OWN_FOLDER });
      await db.backup(folder, true);
      chmodSync(join(folder, 'data.mdb'), statSync(file).mode & 0o777);
      await this.#flusher.all();
      await db.close();
      if (mappedHere(file)) throw inUse(this.path, [process.pid]);
      // On the disk before it takes the name: a power cut finds the old file or the whole new one.
      flushPath(join(folder, 'data.mdb'));
      renameSync(join(folder, 'data.mdb'), file);
      flushPath(this.path);
      return { beforeBytes, afterBytes: statSync(file).size };
    } catch (cause) {
      throw coded(cause, this.uri);
    } finally {
      this.#db = openDatabase(this.path, this.#options.mode);
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    const db = this.#db;
    if (!db) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#flusher.stop();
    try {
      for (const call of this.#closers) call();
      await this.#flusher.all();
    } finally {
      this.#db = undefined;
      await db.close();
    }
  }

  async #flush(): Promise<void> {
    const db = this.db as Db & Flushing;
    try {
      await new Promise<void>((resolve, reject) => {
        db.sync((error) => (error ? reject(error) : resolve()));
      });
    } catch (cause) {
      throw coded(cause, this.uri);
    }
  }

  #checkFormat(): void {
    const read = (): number | undefined => {
      const stored = this.db.getBinary(keys.format);
      return stored === undefined ? undefined : Number(stored.toString());
    };
    const isNew = this.snapshot(read) === undefined && this.mode !== 'read';
    if (isNew) {
      this.commit((db) => {
        if (read() === undefined) db.put(keys.format, Buffer.from(String(FORMAT)));
      });
    }
    const found = this.snapshot(read);
    if (found === undefined || found === FORMAT) return;
    if (found > FORMAT) {
      throw storeErrors.make(
        'STORE-1004',
        `${this.path} has layout ${found}; this version knows layouts up to ${FORMAT}`,
      );
    }
    if (found >= 0) {
      throw storeErrors.make(
        'STORE-1019',
        `${this.path} has layout ${found}; this version reads layout ${FORMAT} only`,
      );
    }
    throw storeErrors.make('STORE-1005', `${this.path} does not say which layout it has`);
  }
}

/**
 * Whether a folder holds a store.
 * @throws STORE-1014 where that is not to be seen: a folder that is closed to us is no empty one.
 */
function holdsStore(path: string): boolean {
  try {
    return statSync(join(path, 'data.mdb'), { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    throw coded(cause, `lmdb:${path}`);
  }
}

function openDatabase(path: string, mode: OpenOptions['mode']): Db {
  try {
    return open<Buffer>({
      path,
      noSubdir: false,
      encoding: 'binary',
      // lmdb shares one environment per file within a process: opened read-only, it would refuse
      // those who open it for more later. Read-only is for those who may not write.
      readOnly: mode === 'read' && !mayWrite(path),
      maxReaders: MOST_READERS,
      mapSize: FIRST_MAP_BYTES,
      ...OWN_FILES,
    });
  } catch (cause) {
    throw coded(cause, `lmdb:${path}`);
  }
}

/** Brings a file, or which files a folder holds, to the disk. */
function flushPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function mayWrite(path: string): boolean {
  const lock = join(path, 'lock.mdb');
  try {
    for (const file of [join(path, 'data.mdb'), existsSync(lock) ? lock : path]) {
      accessSync(file, constants.W_OK);
    }
    return true;
  } catch {
    return false;
  }
}

const META_PAGES = 2;

interface TreePages {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

function treePages(tree: TreePages): number {
  return tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
}
