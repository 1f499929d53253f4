import { Binary } from 'mongodb';
import { storeErrors } from '../../errors.js';
import { compareModels } from '../../model-state.js';
import type { ModelStore, StoredModel } from '../../store.js';
import { checkName } from '../../validate-tick.js';
import { type Collections, idOf, type ModelDocument } from './documents.js';
import type { MongoSession } from './mongo-session.js';

/** Well under the 16 MB at which documents end. */
const PART_BYTES = 8 * 1024 * 1024;

type ModelHead = Omit<StoredModel, 'json'>;

/**
 * Models as documents. Which version is active stands in one document per name, so that there
 * are never two without needing a transaction.
 */
export class MongoModels implements ModelStore {
  readonly #session: MongoSession;

  constructor(session: MongoSession) {
    this.#session = session;
  }

  async put(model: Omit<StoredModel, 'version'>): Promise<number> {
    this.#session.mayWrite('annotations');
    const { name, host, state, storedAt, json } = model;
    checkName('model name', name);
    return this.#session.run(async ({ modelNames, models, modelParts }) => {
      const counted = await modelNames.findOneAndUpdate(
        { _id: name },
        { $inc: { newest: 1 } },
        { upsert: true, returnDocument: 'after' },
      );
      const version = counted?.newest ?? 1;
      const bytes = Buffer.from(json);
      const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
      for (let part = 0; part < parts; part++) {
        const data = new Binary(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
        await modelParts.insertOne({ _id: idOf(name, version, part), name, version, data });
      }
      // The head comes last: without it the version is not there.
      const head = { _id: idOf(name, version), name, version, host, state, storedAt, parts };
      await models.insertOne(head);
      if (state === 'active')
        await modelNames.updateOne({ _id: name }, { $set: { active: version } });
      return version;
    });
  }

  async get(name: string, version?: number): Promise<StoredModel | undefined> {
    return this.#session.run(async (collections) => {
      const heads = await headsOf(collections, name);
      const head =
        version === undefined
          ? (heads.find((model) => model.state === 'active') ?? heads.at(-1))
          : heads.find((model) => model.version === version);
      if (!head) return undefined;
      const parts: Buffer[] = [];
      for (let part = 0; part < head.parts; part++) {
        const _id = idOf(name, head.version, part);
        const found = await collections.modelParts.findOne({ _id });
        if (!found) {
          throw storeErrors.make('STORE-1005', `model ${name} ${head.version} lacks part ${part}`);
        }
        parts.push(Buffer.from(found.data.value()));
      }
      return { ...headOf(head), json: Buffer.concat(parts).toString() };
    });
  }

  async list(): Promise<readonly ModelHead[]> {
    const heads = await this.#session.run((collections) => headsOf(collections));
    return heads.map(headOf).sort(compareModels);
  }

  async promote(name: string, version: number): Promise<boolean> {
    this.#session.mayWrite('annotations');
    return this.#session.run(async ({ modelNames, models }) => {
      const { matchedCount } = await models.updateOne(
        { _id: idOf(name, version) },
        { $set: { state: 'active' } },
      );
      if (matchedCount === 0) return false;
      await modelNames.updateOne({ _id: name }, { $set: { active: version } });
      return true;
    });
  }

  async remove(name: string, version?: number): Promise<number> {
    this.#session.mayWrite('annotations');
    const which = { name, ...(version === undefined ? {} : { version }) };
    return this.#session.run(async ({ models, modelParts }) => {
      const { deletedCount } = await models.deleteMany(which);
      await modelParts.deleteMany(which);
      return deletedCount;
    });
  }
}

/** Versions ascending, each in the state that it is really in. */
async function headsOf(
  { models, modelNames }: Pick<Collections, 'models' | 'modelNames'>,
  name?: string,
): Promise<ModelDocument[]> {
  const heads = await models
    .find(name === undefined ? {} : { name })
    .sort({ name: 1, version: 1 })
    .toArray();
  const names = await modelNames.find(name === undefined ? {} : { _id: name }).toArray();
  const active = new Map(names.map((entry) => [entry._id, entry.active]));
  return heads.map((head) => {
    if (head.state !== 'active' || active.get(head.name) === head.version) return head;
    return { ...head, state: 'retired' };
  });
}

function headOf({ name, version, host, state, storedAt }: ModelDocument): ModelHead {
  return { name, version, host, state, storedAt };
}
