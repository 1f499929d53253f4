import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const ITERATIONS = 4_096;

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) for one user, by node:crypto alone.
 * @param password in the clear, as the server would have been told it
 */
export class ScramServer {
  readonly #user: string;
  readonly #salted: Buffer;
  readonly #salt = randomBytes(16);
  #clientFirst = '';
  #serverFirst = '';

  constructor(user: string, password: string) {
    this.#user = user;
    this.#salted = pbkdf2Sync(password, this.#salt, ITERATIONS, 32, 'sha256');
  }

  /** Answers the client's first message; `undefined` where it is of another user. */
  first(message: string): string | undefined {
    const match = /^n,,(n=([^,]+),r=([^,]+))$/.exec(message);
    if (!match) return undefined;
    const [, bare = '', user, nonce = ''] = match;
    if (user?.replace('=2C', ',').replace('=3D', '=') !== this.#user) return undefined;
    this.#clientFirst = bare;
    const whole = `${nonce}${randomBytes(18).toString('base64')}`;
    this.#serverFirst = `r=${whole},s=${this.#salt.toString('base64')},i=${ITERATIONS}`;
    return this.#serverFirst;
  }

  /** Answers the client's last message; `undefined` where its proof is of another password. */
  last(message: string): string | undefined {
    const match = /^(c=biws,r=([^,]+)),p=(.+)$/.exec(message);
    if (!match || !this.#serverFirst.startsWith(`r=${match[2]},`)) return undefined;
    const signed = `${this.#clientFirst},${this.#serverFirst},${match[1]}`;
    const clientKey = hmac(this.#salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const signature = hmac(storedKey, signed);
    const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] as number)));
    const found = Buffer.from(match[3] ?? '', 'base64');
    if (found.length !== proof.length || !timingSafeEqual(found, proof)) return undefined;
    return `v=${hmac(hmac(this.#salted, 'Server Key'), signed).toString('base64')}`;
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
