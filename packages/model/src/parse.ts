import { z } from 'zod';
import { modelErrors } from './errors.js';
import { MODEL_SCHEMA, type Model, modelSchema } from './model.js';
import { contentHash } from './serialise.js';

const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_DEPTH = 32;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a model document and refuses whatever is hostile or damaged.
 * @throws MODEL-1001 no JSON; MODEL-1002 too large or deep; MODEL-1003 forbidden key;
 * MODEL-1004 against the schema (numbers that are not finite included); MODEL-1005 wrong hash;
 * MODEL-1006 unknown schema version.
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
  const result = modelSchema.safeParse(document);
  if (!result.success) {
    throw modelErrors.make('MODEL-1004', `model: ${z.prettifyError(result.error)}`, {
      details: { issues: result.error.issues.length },
    });
  }
  const expected = contentHash(result.data);
  if (result.data.contentHash !== expected || result.data.id !== expected.slice(0, 16)) {
    throw modelErrors.make(
      'MODEL-1005',
      `model: expected content hash ${expected}, found ${result.data.contentHash}`,
    );
  }
  return result.data;
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
  if (typeof schema === 'string' && schema !== MODEL_SCHEMA) {
    throw modelErrors.make(
      'MODEL-1006',
      `model: expected schema ${MODEL_SCHEMA}, found ${JSON.stringify(schema.slice(0, 64))}`,
    );
  }
}
