import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  assertTrusted,
  keyFingerprint,
  parseModel,
  readSigningKey,
  readTrustedKeys,
  serialiseModel,
  signModel,
} from '../src/index.js';
import { exampleModel } from './example-model.js';

function pair(): { readonly key: string; readonly trusted: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    trusted: String(publicKey.export({ format: 'pem', type: 'spki' })),
  };
}

const mine = pair();
const other = pair();
const signed = signModel(exampleModel(), readSigningKey(mine.key));

describe('a signed model', () => {
  it('is the same model: id and content hash stay', () => {
    const { signature, ...rest } = signed;
    expect({ ...rest, signature: null }).toEqual(exampleModel());
    expect(signature?.algorithm).toBe('ed25519');
  });

  it('reads back, and is trusted by whoever trusts its key', () => {
    const model = parseModel(serialiseModel(signed));
    expect(model).toEqual(signed);
    const keys = readTrustedKeys(`${other.trusted}\nsome words\n${mine.trusted}`);
    expect(keys).toHaveLength(2);
    expect(() => assertTrusted(model, keys)).not.toThrow();
  });

  it('is not trusted for a signature by another key, nor for none', () => {
    const keys = readTrustedKeys(other.trusted);
    const refused = expect.objectContaining({ code: 'MODEL-1007', exitCode: 2 });
    expect(() => assertTrusted(signed, keys)).toThrow(refused);
    expect(() => assertTrusted(signed, [])).toThrow(refused);
    expect(() => assertTrusted(exampleModel(), keys)).toThrow(/found no signature/);
    expect(() => assertTrusted(signed, keys)).toThrow(keyFingerprint(keys[0] ?? ''));
  });

  it('is refused with the signature of another model, or a signature that was changed', () => {
    const another = signModel(
      { ...exampleModel(), contentHash: '0'.repeat(64) },
      readSigningKey(mine.key),
    );
    const swapped = serialiseModel({ ...signed, signature: another.signature });
    expect(() => parseModel(swapped)).toThrow(expect.objectContaining({ code: 'MODEL-1008' }));
    const zeros = Buffer.alloc(32).toString('base64');
    const { signature } = signed;
    if (!signature) throw new Error('expected a signature');
    const weak = serialiseModel({ ...signed, signature: { ...signature, publicKey: zeros } });
    expect(() => parseModel(weak)).toThrow(expect.objectContaining({ code: 'MODEL-1008' }));
  });

  it.each([
    ['of another algorithm', { algorithm: 'none' }],
    ['with a short key', { publicKey: 'AAAA' }],
    ['with a short value', { value: '' }],
    ['with something besides', { trusted: true }],
  ])('is refused with a signature %s', (_, change) => {
    const text = serialiseModel({
      ...signed,
      signature: { ...signed.signature, ...change } as typeof signed.signature,
    });
    expect(() => parseModel(text)).toThrow(expect.objectContaining({ code: 'MODEL-1004' }));
  });
});

describe('a key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  it.each([
    ['no PEM', () => readSigningKey('secret')],
    ['a public key to sign with', () => readSigningKey(mine.trusted)],
    ['a private key to trust', () => readTrustedKeys(mine.key)],
    ['an empty file to trust', () => readTrustedKeys('')],
    ['RSA', () => readSigningKey(String(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })))],
    [
      'RSA to trust',
      () => readTrustedKeys(String(rsa.publicKey.export({ format: 'pem', type: 'spki' }))),
    ],
  ])('is refused where it is %s', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'MODEL-1009', exitCode: 2 }));
    expect(read).not.toThrow(/secret/);
  });
});
