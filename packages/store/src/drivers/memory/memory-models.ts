import { compareModels } from '../../model-state.js';
import type { ModelStore, StoredModel } from '../../store.js';
import { checkName } from '../../validate-tick.js';

/** Models in a map. */
export class MemoryModels implements ModelStore {
  readonly #models = new Map<string, Map<number, StoredModel>>();
  /** The newest version ever given under a name: versions are not used again. */
  readonly #newest = new Map<string, number>();
  readonly #guard: (write: boolean) => void;

  constructor(guard: (write: boolean) => void) {
    this.#guard = guard;
  }

  async put(model: Omit<StoredModel, 'version'>): Promise<number> {
    this.#guard(true);
    checkName('model name', model.name);
    const versions = this.#models.get(model.name) ?? new Map<number, StoredModel>();
    const version = (this.#newest.get(model.name) ?? 0) + 1;
    this.#newest.set(model.name, version);
    if (model.state === 'active') retire(versions);
    versions.set(version, { ...model, version });
    this.#models.set(model.name, versions);
    return version;
  }

  async get(name: string, version?: number): Promise<StoredModel | undefined> {
    this.#guard(false);
    const versions = [...(this.#models.get(name)?.values() ?? [])];
    if (version !== undefined) return versions.find((model) => model.version === version);
    return versions.find((model) => model.state === 'active') ?? versions.at(-1);
  }

  async list(): Promise<readonly Omit<StoredModel, 'json'>[]> {
    this.#guard(false);
    return [...this.#models.values()]
      .flatMap((versions) => [...versions.values()])
      .map(({ json: _, ...model }) => model)
      .sort(compareModels);
  }

  async promote(name: string, version: number): Promise<boolean> {
    this.#guard(true);
    const versions = this.#models.get(name);
    const model = versions?.get(version);
    if (!versions || !model) return false;
    retire(versions);
    versions.set(version, { ...model, state: 'active' });
    return true;
  }

  async remove(name: string, version?: number): Promise<number> {
    this.#guard(true);
    const versions = this.#models.get(name);
    if (!versions) return 0;
    if (version === undefined) {
      this.#models.delete(name);
      return versions.size;
    }
    return versions.delete(version) ? 1 : 0;
  }
}

function retire(versions: Map<number, StoredModel>): void {
  for (const [version, model] of versions) {
    if (model.state === 'active') versions.set(version, { ...model, state: 'retired' });
  }
}
