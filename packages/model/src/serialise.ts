import { createHash } from 'node:crypto';
import type { Model } from './model.js';

/**
 * JSON with the keys of every object in code-unit order and no spaces: the same value is always
 * the same text. Numbers are written as JSON.stringify writes them.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}

/**
 * SHA-256 (hex) of a model's canonical text without its id, hash and signature.
 * @param document a model of any schema version, or what claims to be one.
 */
export function contentHash(document: object): string {
  const text = canonicalJson({ ...document, id: '', contentHash: '', signature: undefined });
  return createHash('sha256').update(text).digest('hex');
}

/** Gives a model its id and content hash; it is signed by nobody. */
export function sealModel(model: Omit<Model, 'id' | 'contentHash' | 'signature'>): Model {
  const digest = contentHash(model);
  return { ...model, id: digest.slice(0, 16), contentHash: digest, signature: null };
}

/** The text of a model: the same model is always the same bytes. */
export function serialiseModel(model: Model): string {
  return `${canonicalJson(model)}\n`;
}
