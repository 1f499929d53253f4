import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { modelErrors } from './errors.js';
import type { Model } from './model.js';
import type { Signature } from './signature-part.js';

/** Put before what is signed, so that the signature of something else never fits a model. */
const DOMAIN = 'ethogram-model-signature/1';
/** An ed25519 key in SPKI (RFC 8410) is these bytes and then the key itself. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Reads a private key.
 * @param pem PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it.
 * @throws MODEL-1009 where it is none, or of another kind.
 */
export function readSigningKey(pem: string): KeyObject {
  return readKey(() => createPrivateKey(pem), 'a private ed25519 key in PEM');
}

/**
 * Reads the public keys of a file, one PEM block after the other; text between them is skipped.
 * @returns each as the base64 of its 32 bytes, as signatures name it.
 * @throws MODEL-1009 where there is none, or one of another kind.
 */
export function readTrustedKeys(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) {
    throw modelErrors.make('MODEL-1009', 'expected public keys in PEM, found none');
  }
  return blocks.map((block) =>
    rawPublicKey(readKey(() => createPublicKey(block), 'a public ed25519 key in PEM')),
  );
}

/** How a key is shown to people: the first 16 digits of the SHA-256 of its 32 bytes. */
export function keyFingerprint(publicKey: string): string {
  const raw = Buffer.from(publicKey, 'base64');
  return createHash('sha256').update(raw).digest('hex').slice(0, 16);
}

/** The same model, signed; its id and content hash stay, a former signature goes. */
export function signModel(model: Model, key: KeyObject): Model {
  const signature: Signature = {
    algorithm: 'ed25519',
    publicKey: rawPublicKey(createPublicKey(key)),
    value: signBytes(null, signedBytes(model.contentHash), key).toString('base64'),
  };
  return { ...model, signature };
}

/** Whether a signature fits the content hash, whoever made it. */
export function signatureFits(contentHash: string, { publicKey, value }: Signature): boolean {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'base64')]);
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verifyBytes(null, signedBytes(contentHash), key, Buffer.from(value, 'base64'));
  } catch {
    // 32 bytes that are no point of the curve.
    return false;
  }
}

/**
 * Sees to it that one of the trusted keys vouches for a model that {@link parseModel} has read.
 * @param trusted see {@link readTrustedKeys}.
 * @throws MODEL-1007.
 */
export function assertTrusted({ signature }: Model, trusted: readonly string[]): void {
  if (signature && trusted.includes(signature.publicKey)) return;
  const expected = `a signature by ${trusted.length === 0 ? 'a trusted key, of which there is none' : `one of the keys ${trusted.map(keyFingerprint).join(', ')}`}`;
  const found = signature ? `one by ${keyFingerprint(signature.publicKey)}` : 'no signature';
  throw modelErrors.make('MODEL-1007', `model: expected ${expected}, found ${found}`);
}

function signedBytes(contentHash: string): Buffer {
  return Buffer.from(`${DOMAIN}\n${contentHash}\n`, 'utf8');
}

function rawPublicKey(key: KeyObject): string {
  const der = key.export({ format: 'der', type: 'spki' });
  return der.subarray(SPKI_PREFIX.length).toString('base64');
}

function readKey(read: () => KeyObject, expected: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw modelErrors.make('MODEL-1009', `expected ${expected}, found something else`, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    const found = key.asymmetricKeyType ?? 'another';
    throw modelErrors.make('MODEL-1009', `expected ${expected}, found one of type ${found}`);
  }
  return key;
}
