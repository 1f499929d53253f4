import { EthogramError } from '@ethogram/core';
import { parseModel, serialiseModel } from '@ethogram/model';
import { fuzzRuns, fuzzTimeoutMs, mutated } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configEntries } from '../../packages/cli/src/options/config-file.js';
import { exampleModel } from '../../packages/model/test/example-model.js';

describe('a config file', () => {
  it(
    'damaged anyhow is understood or refused with a code and a line',
    () => {
      const valid = [
        'interval = "1s"\nmax-sources = 500\n\n[record]\ngroup = "unit"\nmatch = ["nginx*", \'x\']\n',
        'quiet = true # why\n[run.alerts]\nurl = """a\nb"""\nafter = 2026-05-01T10:00:00Z\n',
        'a.b = 1\n[[x]]\ny = {z = 1.5}\n',
      ];
      let read = 0;
      fc.assert(
        fc.property(mutated(valid), (bytes) => {
          try {
            for (const { values, place } of configEntries('c.toml', bytes.toString())) {
              expect(place).toMatch(/^c\.toml:\d+$/);
              for (const value of values) expect(typeof value).toBe('string');
            }
            read++;
          } catch (error) {
            if (!(error instanceof EthogramError)) throw error;
            expect(error.code).toBe('CLI-1003');
            expect(error.message).toMatch(/c\.toml:\d+/);
          }
        }),
        { numRuns: fuzzRuns() },
      );
      expect(read).toBeGreaterThan(0);
    },
    fuzzTimeoutMs(),
  );
});

describe('a model document', () => {
  it(
    'damaged anyhow is the same model or refused with a code',
    () => {
      const text = serialiseModel(exampleModel());
      fc.assert(
        fc.property(mutated([text]), (bytes) => {
          try {
            expect(serialiseModel(parseModel(bytes.toString()))).toBe(text);
          } catch (error) {
            if (!(error instanceof EthogramError)) throw error;
            expect(error.code).toMatch(/^MODEL-10\d\d$/);
          }
        }),
        { numRuns: fuzzRuns() },
      );
    },
    fuzzTimeoutMs(),
  );
});
