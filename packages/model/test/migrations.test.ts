import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  MODEL_SCHEMA,
  parseModel,
  READABLE_SCHEMAS,
  sealModel,
  serialiseModel,
} from '../src/index.js';

/** One file per earlier version, each written by `ethogram train` when that version was current. */
const written = (version: number): string =>
  readFileSync(new URL(`fixtures/model-v${version}.json`, import.meta.url), 'utf8');

const versions = READABLE_SCHEMAS.slice(0, -1).map((schema) => Number(schema.split('/')[1]));

describe('a model of an earlier schema version', () => {
  it('exists as a file for every version but the present one', () => {
    expect(versions).toEqual(versions.map((_, i) => i + 1));
    expect(versions.length).toBeGreaterThan(0);
    expect(READABLE_SCHEMAS.at(-1)).toBe(MODEL_SCHEMA);
  });

  it.each(versions)('of version %d is read as a present one under its own id', (version) => {
    const text = written(version);
    const before = JSON.parse(text) as Record<string, unknown>;
    expect(before['schema']).toBe(`ethogram-model/${version}`);
    const model = parseModel(text);
    expect(model.schema).toBe(MODEL_SCHEMA);
    expect([model.id, model.contentHash]).toEqual([before['id'], before['contentHash']]);
    expect(model.sources.map(({ name }) => name)).toEqual(
      (before['sources'] as { name: string }[]).map(({ name }) => name),
    );
    expect(model.signature).toBeNull();
  });

  it.each(versions)('of version %d is written anew as a present one', (version) => {
    const model = sealModel(parseModel(written(version)));
    expect(parseModel(serialiseModel(model))).toEqual(model);
  });

  it.each(versions)('of version %d is refused where it was changed', (version) => {
    const text = written(version);
    const changed = text.replace(/"warn":[\d.]+/, '"warn":99');
    expect(changed).not.toBe(text);
    expect(() => parseModel(changed)).toThrow(expect.objectContaining({ code: 'MODEL-1005' }));
  });

  it.each([
    ['a list', '[]', 'MODEL-1004'],
    ['nothing but a version', '{"schema":"ethogram-model/1"}', 'MODEL-1005'],
    ['a later version', '{"schema":"ethogram-model/99"}', 'MODEL-1006'],
    ['something like a version', '{"schema":"ethogram-model/1.5"}', 'MODEL-1006'],
  ])('is refused where it is %s', (_, text, code) => {
    expect(() => parseModel(text)).toThrow(expect.objectContaining({ code }));
  });

  it('that is a later one says that a later program is needed', () => {
    expect(() => parseModel('{"schema":"ethogram-model/99"}')).toThrow(
      expect.objectContaining({ remedy: expect.stringMatching(/later version of the product/) }),
    );
    expect(() => parseModel('{"schema":"other/1"}')).toThrow(
      expect.objectContaining({ remedy: expect.stringMatching(/train again/) }),
    );
  });
});
