import { createHash } from 'node:crypto';
import { scoreErrors } from './errors.js';

const FORMAT = 'ethogram-checkpoint/2';

/** Writes a state as text: arrays as base64 of their bytes, with the model and a hash of the body. */
export function sealCheckpoint(model: string, state: object): string {
  const body = JSON.stringify(state, (_key, value: unknown) => {
    if (value instanceof Float64Array) return { f64: base64(value) };
    if (value instanceof Float32Array) return { f32: base64(value) };
    if (value instanceof Uint8Array) return { u8: base64(value) };
    return value === Number.POSITIVE_INFINITY ? { inf: 1 } : value;
  });
  return JSON.stringify({ format: FORMAT, model, hash: sha256(body), body });
}

/** The id under which a checkpoint is kept and named by records: 16 hex digits of its SHA-256. */
export function checkpointId(text: string): string {
  return sha256(text).slice(0, 16);
}

/**
 * Reads what {@link sealCheckpoint} wrote; the hash vouches for the shape of the body.
 * @throws SCORE-1001 on another model's checkpoint; SCORE-1002 on a damaged one.
 */
export function openCheckpoint<State extends object>(model: string, text: string): State {
  const envelope = parse(text);
  if (envelope.format !== FORMAT || typeof envelope.body !== 'string') {
    throw scoreErrors.make('SCORE-1002', `checkpoint: expected ${FORMAT}, found something else`);
  }
  if (envelope.hash !== sha256(envelope.body)) {
    throw scoreErrors.make('SCORE-1002', 'checkpoint: its body does not match its hash');
  }
  if (envelope.model !== model) {
    throw scoreErrors.make(
      'SCORE-1001',
      `checkpoint: expected one of model ${model}, found one of ${String(envelope.model)}`,
    );
  }
  return JSON.parse(envelope.body, (_key, value: unknown) => revive(value));
}

function revive(value: unknown): unknown {
  if (value !== null && typeof value === 'object') {
    if ('f64' in value && typeof value.f64 === 'string') {
      const bytes = Uint8Array.from(Buffer.from(value.f64, 'base64'));
      return new Float64Array(bytes.buffer);
    }
    if ('f32' in value && typeof value.f32 === 'string') {
      const bytes = Uint8Array.from(Buffer.from(value.f32, 'base64'));
      return new Float32Array(bytes.buffer);
    }
    if ('u8' in value && typeof value.u8 === 'string') {
      return Uint8Array.from(Buffer.from(value.u8, 'base64'));
    }
    if ('inf' in value) return Number.POSITIVE_INFINITY;
  }
  return value;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === 'object') return { ...value };
  } catch (cause) {
    throw scoreErrors.make('SCORE-1002', 'checkpoint: expected JSON', { cause });
  }
  throw scoreErrors.make('SCORE-1002', 'checkpoint: expected an object');
}

function base64(array: Float64Array | Float32Array | Uint8Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
