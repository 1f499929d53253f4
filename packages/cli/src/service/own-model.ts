import type { RecordingInfo, StoredModel } from '@ethogram/store';

/** The name that a service gives its model where nobody says otherwise. */
export const DEFAULT_MODEL_NAME = 'host';

/** For whom a model is learned, and under which name. */
export interface ModelOwner {
  /** Name of the model in the store, as it was asked for. */
  readonly name: string;
  readonly host: string;
  /** Whether other hosts work with this store: then only what was learned on this one is its own. */
  readonly isShared: boolean;
}

/** A version of a model without its text. */
export type ModelVersion = Omit<StoredModel, 'json'>;

/**
 * The names that a host's model may have, the one asked for first. In a store that hosts share, a
 * host takes a name of its own where another host has that one: `web-2` instead of `host`,
 * `golden.web-2` instead of `golden`.
 */
export function namesOf({ name, host, isShared }: ModelOwner): readonly string[] {
  return isShared ? [name, ownName(name, host)] : [name];
}

/** The version that a host scores with: active, and where hosts share a store, learned on it. */
export function activeVersion(
  listed: readonly ModelVersion[],
  owner: ModelOwner,
): ModelVersion | undefined {
  const active = listed.filter(({ state }) => state === 'active');
  return namesOf(owner)
    .map((name) => active.find((model) => model.name === name && isOf(model, owner)))
    .find((model) => model !== undefined);
}

/** The active version of the name asked for, where it was learned on another host of the store. */
export function foreignVersion(
  listed: readonly ModelVersion[],
  owner: ModelOwner,
): ModelVersion | undefined {
  return listed.find(
    (model) => model.name === owner.name && model.state === 'active' && !isOf(model, owner),
  );
}

/**
 * The version that a host scores with: its own, and until it has one, that of another host where it was
 * asked for by name, as for many hosts that do the same work.
 */
export function scoringVersion(
  listed: readonly ModelVersion[],
  owner: ModelOwner,
): ModelVersion | undefined {
  const isNamed = owner.name !== DEFAULT_MODEL_NAME;
  return activeVersion(listed, owner) ?? (isNamed ? foreignVersion(listed, owner) : undefined);
}

/**
 * The name under which a host learns: that of the model it has, else the one asked for, unless
 * another host of the store has it or is about to learn under it.
 * @param recordings what the store holds.
 * @param recording the recording that hosts learn from.
 */
export function nameToLearn(
  listed: readonly ModelVersion[],
  owner: ModelOwner,
  recordings: readonly Pick<RecordingInfo, 'name' | 'host' | 'from' | 'to'>[],
  recording: string,
): string {
  const { name, host } = owner;
  const active = activeVersion(listed, owner);
  if (active) return active.name;
  const named = listed.filter((model) => model.name === name);
  if (named.some((model) => !isOf(model, owner))) return ownName(name, host);
  const mine = recordings.find((info) => info.name === recording && info.host === host);
  // Who records at the same time, under whatever name, is about to learn, too.
  const others = recordings.some(
    (info) => info.host !== host && (info.name === recording || (mine && info.to >= mine.from)),
  );
  return owner.isShared && named.length === 0 && others ? ownName(name, host) : name;
}

/** When a host last learned under a name, milliseconds UTC. */
export function learnedAt(
  listed: readonly ModelVersion[],
  owner: ModelOwner,
  name: string,
): number | undefined {
  const learned = listed.filter((model) => model.name === name && isOf(model, owner));
  return learned.length === 0 ? undefined : Math.max(...learned.map(({ storedAt }) => storedAt));
}

function isOf(model: ModelVersion, { host, isShared }: ModelOwner): boolean {
  return !isShared || model.host === host;
}

function ownName(name: string, host: string): string {
  return name === DEFAULT_MODEL_NAME ? host : `${name}.${host}`;
}
