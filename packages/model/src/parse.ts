import { z } from 'zod';
import { modelErrors } from './errors.js';
import { isEarlierSchema, migrate, READABLE_SCHEMAS } from './migrations.js';
import { MODEL_SCHEMA, type Model, modelSchema } from './model.js';
import { contentHash } from './serialise.js';
import { signatureFits } from './signature.js';

const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_DEPTH = 32;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a model document of this or an earlier schema version and refuses whatever is hostile or
 * damaged. An earlier one comes out as the present version would say it, under the id and content
 * hash of what was read, since events and later models name it by them: seal it to write it anew.
 * That a signature fits is checked; whether its key is trusted says {@link assertTrusted}.
 * @throws MODEL-1001 no JSON; MODEL-1002 too large or deep; MODEL-1003 forbidden key;
 * MODEL-1004 against the schema (numbers that are not finite included); MODEL-1005 wrong hash;
 * MODEL-1006 unknown schema version; MODEL-1008 wrong signature.
 */
export function parseModel(text: string): Model {
  if (text.length > MAX_CHARACTERS) {
    throw modelErrors.make(
      'MODEL-1002',
      `model: expected at most ${MAX_CHARACTERS} characters, found ${text.length}`,
    );
  }
  checkDepth(text);
  const document = parseJson(text);
  checkKeys(document);
  checkVersion(document);
  if (!isObject(document) || !isEarlierSchema(document['schema'])) {
    const model = checkSchema(document);
    checkHash(model);
    return checkSignature(model);
  }
  // The hash covers the document as it was written, so that it comes before any change.
  checkHash(document);
  return checkSignature(checkSchema(migrate(document)));
}

function checkSchema(document: unknown): Model {
  const result = modelSchema.safeParse(document);
  if (result.success) return result.data;
  throw modelErrors.make('MODEL-1004', `model: ${z.prettifyError(result.error)}`, {
    details: { issues: result.error.issues.length },
  });
}

function checkHash(document: object): void {
  const expected = contentHash(document);
  const { id, contentHash: found } = document as { id?: unknown; contentHash?: unknown };
  if (found === expected && id === expected.slice(0, 16)) return;
  throw modelErrors.make(
    'MODEL-1005',
    `model: expected content hash ${expected}, found ${shown(found)} and id ${shown(id)}`,
  );
}

function checkSignature(model: Model): Model {
  const { signature } = model;
  if (signature && !signatureFits(model.contentHash, signature)) {
    throw modelErrors.make(
      'MODEL-1008',
      'model: expected a signature of its content hash, found one of something else',
    );
  }
  return model;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw modelErrors.make('MODEL-1001', `model: expected JSON, found ${describe(cause)}`, {
      cause,
    });
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Refuses deep nesting before JSON.parse or anything recursive sees it. */
function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) {
      depth++;
      if (depth > MAX_DEPTH) {
        throw modelErrors.make(
          'MODEL-1002',
          `model: expected at most ${MAX_DEPTH} levels, found more at character ${i}`,
        );
      }
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
}

function checkKeys(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) checkKeys(item);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      if (FORBIDDEN.has(key)) {
        throw modelErrors.make('MODEL-1003', `model: expected no key "${key}", found one`);
      }
      checkKeys(item);
    }
  }
}

function checkVersion(document: unknown): void {
  const schema =
    document !== null && typeof document === 'object' && 'schema' in document
      ? document.schema
      : undefined;
  if (typeof schema !== 'string' || READABLE_SCHEMAS.includes(schema)) return;
  const newer = numberOf(schema) > numberOf(MODEL_SCHEMA);
  throw modelErrors.make(
    'MODEL-1006',
    `model: expected schema ${READABLE_SCHEMAS.join(' or ')}, found ${shown(schema)}`,
    newer ? { remedy: 'A later version of the product wrote this model: use that one.' } : {},
  );
}

/** A value of a file that nobody vouches for, short and without control characters. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : typeof value;
}

/** `ethogram-model/12` → 12; NaN for anything else. */
function numberOf(schema: string): number {
  return Number(/^ethogram-model\/(\d{1,6})$/.exec(schema)?.[1]);
}
