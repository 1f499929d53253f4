import { type ByteReader, type ByteWriter, zigzag } from './bytes.js';

/** Where the parts of encoded columns go: how each is encoded, integers, doubles. */
export interface ColumnWriters {
  readonly modes: ByteWriter;
  readonly integers: ByteWriter;
  readonly doubles: ByteWriter;
}

/** Where {@link decodeColumn} takes them from. */
export interface ColumnReaders {
  readonly modes: ByteReader;
  readonly integers: ByteReader;
  readonly doubles: ByteReader;
}

/**
 * How a column is encoded: integers as they are or by difference; decimals (imported floats such
 * as 0.25) scaled by a power of ten to integers, as ALP does (Afroozeh, Kuffó & Boncz 2023);
 * all others as doubles, each XORed with the one before (Pelkonen et al. 2015), in byte planes.
 */
const PLAIN = 0;
const DELTA = 1;
const DECIMAL = 2;
const MOST_DECIMALS = 15;
const DECIMAL_DELTA = DECIMAL + MOST_DECIMALS;
const DOUBLE = DECIMAL_DELTA + MOST_DECIMALS;

/** Beyond this, a difference's zigzag could be no safe integer. */
const MOST_FOR_DELTA = 2 ** 51;

/** Appends a column of finite doubles, losslessly, in the mode that takes the fewest bits. */
export function encodeColumn(values: Float64Array, to: ColumnWriters): void {
  const decimals = decimalsOf(values);
  if (decimals === undefined) {
    to.modes.byte(DOUBLE);
    encodeDoubles(values, to.doubles);
    return;
  }
  const integers = decimals === 0 ? values : scaled(values, decimals);
  const { plainBits, deltaBits, smallest, largest } = cost(integers);
  const delta = deltaBits < plainBits && largest <= MOST_FOR_DELTA && smallest >= -MOST_FOR_DELTA;
  if (decimals === 0 && !delta && smallest >= 0) {
    to.modes.byte(PLAIN);
    for (const value of integers) to.integers.varint(value);
  } else if (largest > MOST_FOR_DELTA || smallest < -MOST_FOR_DELTA) {
    to.modes.byte(DOUBLE);
    encodeDoubles(values, to.doubles);
  } else if (decimals === 0 || delta) {
    to.modes.byte(decimals === 0 ? DELTA : DECIMAL_DELTA + decimals - 1);
    let previous = 0;
    for (const value of integers) {
      to.integers.signed(value - previous);
      previous = value;
    }
  } else {
    to.modes.byte(DECIMAL + decimals - 1);
    for (const value of integers) to.integers.signed(value);
  }
}

/** {@link encodeColumn} of a single value: the same bytes, without a column for most of them. */
export function encodeNumber(value: number, to: ColumnWriters): void {
  if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) {
    to.modes.byte(PLAIN);
    to.integers.varint(value);
  } else encodeColumn(Float64Array.of(value), to);
}

/** Reads the next column into `into`, filling it; throws a RangeError on what no writer writes. */
export function decodeColumn(into: Float64Array, from: ColumnReaders): void {
  const mode = from.modes.byte();
  if (mode === PLAIN) {
    for (let i = 0; i < into.length; i++) into[i] = from.integers.varint();
  } else if (mode === DELTA) decodeDeltas(into, from.integers, 1);
  else if (mode >= DECIMAL && mode < DECIMAL_DELTA) {
    const scale = 10 ** (mode - DECIMAL + 1);
    for (let i = 0; i < into.length; i++) into[i] = from.integers.signed() / scale;
  } else if (mode >= DECIMAL_DELTA && mode < DOUBLE) {
    decodeDeltas(into, from.integers, 10 ** (mode - DECIMAL_DELTA + 1));
  } else if (mode === DOUBLE) decodeDoubles(into, from.doubles);
  else throw new RangeError(`no column is encoded in mode ${mode}`);
}

/** The fewest decimals that hold every value exactly; `undefined` where 15 do not. */
function decimalsOf(values: Float64Array): number | undefined {
  let decimals = 0;
  for (const value of values) {
    if (Object.is(value, -0)) return undefined;
    for (;;) {
      const scale = 10 ** decimals;
      const integer = Math.round(value * scale);
      if (Math.abs(integer) > Number.MAX_SAFE_INTEGER) return undefined;
      if (integer / scale === value) break;
      if (decimals === MOST_DECIMALS) return undefined;
      decimals++;
    }
  }
  if (decimals === 0) return 0;
  // More decimals must not push an earlier value out of the integers.
  const exact = values.every((value) => {
    const integer = Math.round(value * 10 ** decimals);
    return (
      Math.abs(integer) <= MOST_FOR_DELTA &&
      !Object.is(integer, -0) &&
      integer / 10 ** decimals === value
    );
  });
  return exact ? decimals : undefined;
}

function scaled(values: Float64Array, decimals: number): Float64Array {
  return values.map((value) => Math.round(value * 10 ** decimals));
}

function cost(integers: Float64Array): {
  plainBits: number;
  deltaBits: number;
  smallest: number;
  largest: number;
} {
  let plainBits = 0;
  let deltaBits = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  let previous = 0;
  for (const value of integers) {
    plainBits += Math.log2(1 + Math.abs(value));
    deltaBits += Math.log2(1 + zigzag(value - previous));
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    previous = value;
  }
  return { plainBits, deltaBits, smallest, largest };
}

function decodeDeltas(into: Float64Array, from: ByteReader, scale: number): void {
  let value = 0;
  for (let i = 0; i < into.length; i++) {
    value += from.signed();
    into[i] = value / scale;
  }
}

function encodeDoubles(values: Float64Array, to: ByteWriter): void {
  const words = new Uint32Array(values.slice().buffer);
  const bytes = new Uint8Array(words.length * 4);
  for (let i = words.length - 1; i >= 0; i--) {
    const word = ((words[i] as number) ^ (i >= 2 ? (words[i - 2] as number) : 0)) >>> 0;
    const at = i >>> 1;
    for (let b = 0; b < 4; b++) {
      bytes[((i & 1) * 4 + b) * values.length + at] = (word >>> (8 * b)) & 0xff;
    }
  }
  to.raw(bytes);
}

function decodeDoubles(into: Float64Array, from: ByteReader): void {
  const bytes = from.raw(into.length * 8);
  const words = new Uint32Array(into.length * 2);
  for (let i = 0; i < words.length; i++) {
    let word = 0;
    for (let b = 0; b < 4; b++) {
      word |= (bytes[((i & 1) * 4 + b) * into.length + (i >>> 1)] as number) << (8 * b);
    }
    words[i] = (word ^ (i >= 2 ? (words[i - 2] as number) : 0)) >>> 0;
  }
  into.set(new Float64Array(words.buffer));
}
