/** 2^53 − 1 in sevens of bits: the longest variable-length integer has this many bytes. */
const LONGEST_VARINT = 8;

/** Writes bytes, variable-length integers (LEB128) and doubles into a buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** An integer from 0 to 2^53 − 1. */
  varint(value: number): void {
    this.#reserve(LONGEST_VARINT);
    let rest = value;
    while (rest >= 0x80000000) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** An integer whose {@link zigzag} is a safe one. */
  signed(value: number): void {
    this.varint(zigzag(value));
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written; a view, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads what {@link ByteWriter} wrote; throws a RangeError where the bytes end early. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('bytes end early');
    return value;
  }

  varint(): number {
    // Most integers are short: up to four bytes are read without arithmetic on doubles.
    const bytes = this.#bytes;
    let at = this.#at;
    let short = 0;
    for (let shift = 0; shift < 28 && at < bytes.length; shift += 7) {
      const byte = bytes[at++] as number;
      short |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#at = at;
        return short;
      }
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < LONGEST_VARINT; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new RangeError('an integer is too long');
  }

  signed(): number {
    return unzigzag(this.varint());
  }

  /** Steps over the next `length` bytes where all of them are zero. @returns whether they were. */
  skipZeros(length: number): boolean {
    const end = this.#at + length;
    if (end > this.#bytes.length) return false;
    for (let at = this.#at; at < end; at++) if (this.#bytes[at] !== 0) return false;
    this.#at = end;
    return true;
  }

  /** The next `length` bytes, as a view. */
  raw(length: number): Uint8Array {
    if (length > this.remaining) throw new RangeError('bytes end early');
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  /** Throws a RangeError where bytes are left. */
  end(): void {
    if (this.remaining > 0) throw new RangeError(`${this.remaining} bytes are left over`);
  }
}

/** Maps 0, −1, 1, −2, … to 0, 1, 2, 3, …; safe for |value| ≤ 2^52 − 1. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  if (value < 0x40000000) return (value >>> 1) ^ -(value & 1);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
