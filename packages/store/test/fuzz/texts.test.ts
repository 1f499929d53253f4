import { EthogramError } from '@ethogram/core';
import { fuzzRuns, fuzzTimeoutMs, mutated } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from '../../src/formats/timestamp.js';
import { parseStoreUri, redactUri } from '../../src/store-uri.js';

describe('a timestamp', () => {
  it(
    'damaged anyhow is an instant that can be written and read again, or none',
    () => {
      const valid = [
        '2026-05-01T10:00:00Z',
        '2026-05-01 10:00:00.123456+02:00',
        '2026-05-01',
        '1777629600',
        '1777629600123',
        '1777629600.5',
        '-62135596800',
      ];
      let read = 0;
      fc.assert(
        fc.property(mutated(valid), (bytes) => {
          const ms = parseTimestamp(bytes.toString());
          if (ms === undefined) return;
          read++;
          expect(Number.isSafeInteger(ms)).toBe(true);
          expect(parseTimestamp(formatTimestamp(ms))).toBe(ms);
        }),
        { numRuns: fuzzRuns() },
      );
      expect(read).toBeGreaterThan(0);
    },
    fuzzTimeoutMs(),
  );
});

describe('a store URI', () => {
  const SECRET = 'hunter2';

  it(
    'damaged anyhow is understood or refused with a code',
    () => {
      const valid = [
        'memory:',
        'lmdb:/var/lib/ethogram',
        'lmdb:///a%20b',
        'mongodb://user:pass@db1:27017,db2/ethogram?tls=true&tlsCAFile=/etc/ca.pem',
        'mongodb+srv://fleet.example.com/',
      ];
      let read = 0;
      fc.assert(
        fc.property(mutated(valid), (bytes) => {
          try {
            expect(parseStoreUri(bytes.toString()).driver).toMatch(/^(memory|lmdb|mongodb)$/);
            read++;
          } catch (error) {
            if (!(error instanceof EthogramError)) throw error;
            expect(error.code).toBe('STORE-1001');
          }
        }),
        { numRuns: fuzzRuns() },
      );
      expect(read).toBeGreaterThan(0);
    },
    fuzzTimeoutMs(),
  );

  it(
    'never shows its password, whatever stands around it',
    () => {
      const around = mutated(['', '/ethogram?tls=true', 'db1:27017,db2/x', ' and more', '#/?']);
      fc.assert(
        fc.property(around, fc.constantFrom('mongodb', 'mongodb+srv'), (bytes, scheme) => {
          const rest = bytes.toString();
          const uri = `${scheme}://someone:${SECRET}@${rest}`;
          expect(redactUri(uri)).not.toContain(SECRET);
          try {
            parseStoreUri(uri);
          } catch (error) {
            expect(String(error)).not.toContain(SECRET);
          }
        }),
        { numRuns: fuzzRuns() },
      );
    },
    fuzzTimeoutMs(),
  );
});
