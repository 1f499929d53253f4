import { storeErrors } from '../../errors.js';
import { compareModels } from '../../model-state.js';
import type { ModelStore, StoredModel } from '../../store.js';
import { checkName } from '../../validate-tick.js';
import type { LmdbEnvironment } from './environment.js';
import { between, keys, under } from './keys.js';
import { getJson, putJson } from './recording-records.js';

type Db = LmdbEnvironment['db'];
type ModelHead = Omit<StoredModel, 'json'>;

/** Models in an LMDB environment: what is listed apart from the text. */
export class LmdbModels implements ModelStore {
  readonly #environment: LmdbEnvironment;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
  }

  async put(model: Omit<StoredModel, 'version'>): Promise<number> {
    const { json, ...head } = model;
    checkName('model name', head.name);
    const text = Buffer.from(json);
    return this.#write((db) => {
      const version = (getJson<number>(db, keys.modelCounter(head.name)) ?? 0) + 1;
      putJson(db, keys.modelCounter(head.name), version);
      if (head.state === 'active') retireActive(db, head.name);
      putJson(db, keys.model(head.name, version), { ...head, version });
      db.put(keys.modelText(head.name, version), text);
      return version;
    }, text.length);
  }

  async get(name: string, version?: number): Promise<StoredModel | undefined> {
    return this.#environment.snapshot((db) => {
      const heads = headsOf(db, name);
      const head =
        version === undefined
          ? (heads.find((model) => model.state === 'active') ?? heads.at(-1))
          : heads.find((model) => model.version === version);
      const text = head && db.getBinary(keys.modelText(name, head.version));
      return head && text ? { ...head, json: text.toString() } : undefined;
    });
  }

  async list(): Promise<readonly ModelHead[]> {
    return this.#environment
      .snapshot((db) =>
        [...db.getKeys(under('m'))].flatMap((key) => getJson<ModelHead>(db, key) ?? []),
      )
      .sort(compareModels);
  }

  async promote(name: string, version: number): Promise<boolean> {
    return this.#write((db) => {
      const head = getJson<ModelHead>(db, keys.model(name, version));
      if (!head) return false;
      retireActive(db, name);
      putJson(db, keys.model(name, version), { ...head, state: 'active' });
      return true;
    });
  }

  async remove(name: string, version?: number): Promise<number> {
    return this.#write((db) => {
      const heads = headsOf(db, name).filter(
        (head) => version === undefined || head.version === version,
      );
      for (const head of heads) {
        db.remove(keys.model(name, head.version));
        db.remove(keys.modelText(name, head.version));
      }
      return heads.length;
    });
  }

  async #write<T>(write: (db: Db) => T, adds = 0): Promise<T> {
    if (this.#environment.mode === 'read') {
      throw storeErrors.make('STORE-1007', `${this.#environment.uri} was opened for reading`);
    }
    const result = this.#environment.commit(write, { adds });
    await this.#environment.durable();
    return result;
  }
}

function headsOf(db: Db, name: string): ModelHead[] {
  return [...db.getKeys(between('m', [name]))].flatMap((key) => getJson<ModelHead>(db, key) ?? []);
}

function retireActive(db: Db, name: string): void {
  for (const head of headsOf(db, name)) {
    if (head.state !== 'active') continue;
    putJson(db, keys.model(name, head.version), { ...head, state: 'retired' });
  }
}
