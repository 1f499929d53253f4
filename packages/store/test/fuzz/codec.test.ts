import { crc32 } from 'node:zlib';
import { blockBytes, packTicks } from '@ethogram/core';
import { exampleTicks, fuzzRuns, fuzzTimeoutMs, mutated } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeChunk, encodeChunk, encodeTick } from '../../src/chunk/chunk-codec.js';
import { decodeSlot, encodeSlot, slotHead } from '../../src/chunk/slot-value.js';

const CODED = expect.objectContaining({ code: expect.stringMatching(/^STORE-100[45]$/) });

/** Puts the checksum right, so that what is behind it meets damaged bytes too. */
function checksummed(bytes: Buffer): Buffer {
  if (bytes.length < 4) return bytes;
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(crc32(copy.subarray(0, -4)), copy.length - 4);
  return copy;
}

function refusedOr(decode: () => void): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    expect(error).toEqual(CODED);
    return false;
  }
}

const ticks = exampleTicks({ count: 4, sources: 2 });
const block = packTicks(ticks);

describe('bytes of a store', () => {
  it(
    'that are damaged anyhow are refused with a code, also behind a checksum that agrees',
    async () => {
      const chunks = [await encodeChunk(block), encodeTick(packTicks(ticks.slice(0, 1)))];
      let read = 0;
      fc.assert(
        fc.property(mutated(chunks), fc.boolean(), (bytes, agrees) => {
          const decoded = refusedOr(() => {
            const { values } = decodeChunk(agrees ? checksummed(bytes) : bytes);
            expect(values.length).toBeLessThan(1_000_000);
          });
          if (decoded) read++;
        }),
        { numRuns: fuzzRuns() },
      );
      expect(read).toBeGreaterThan(0);
    },
    fuzzTimeoutMs(),
  );

  it(
    'of a slot too, head and frames',
    async () => {
      const slot = Buffer.from(await encodeSlot([block, block], { lengthMs: 60_000, tierMs: 0 }));
      let read = 0;
      fc.assert(
        fc.property(mutated([slot]), (bytes) => {
          refusedOr(() => slotHead(bytes));
          const decoded = refusedOr(() => {
            for (const { ts } of decodeSlot(bytes)) expect(ts.length).toBeGreaterThan(0);
          });
          if (decoded) read++;
        }),
        { numRuns: fuzzRuns() },
      );
      expect(read).toBeGreaterThan(0);
      expect([...decodeSlot(slot)].map(blockBytes)).toEqual([block, block].map(blockBytes));
    },
    fuzzTimeoutMs(),
  );
});
