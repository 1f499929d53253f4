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

/** SHA-256 (hex) of a model's canonical text without its id and hash. */
export function contentHash(model: Omit<Model, 'id' | 'contentHash'>): string {
  const text = canonicalJson({ ...model, id: '', contentHash: '' });
  return createHash('sha256').update(text).digest('hex');
}

/** Gives a model its id and content hash. */
export function sealModel(model: Omit<Model, 'id' | 'contentHash'>): Model {
  const digest = contentHash(model);
  return { ...model, id: digest.slice(0, 16), contentHash: digest };
}

/** The text of a model: the same model is always the same bytes. */
export function serialiseModel(model: Model): string {
  return `${canonicalJson(model)}\n`;
}
