import { fuzzRuns, fuzzTimeoutMs, mutated } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  type Model,
  modelJsonSchema,
  parseModel,
  sealModel,
  serialiseModel,
} from '../src/index.js';
import { exampleModel } from './example-model.js';

const codeOf = (text: string): string => {
  try {
    parseModel(text);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'accepted';
};

const resealed = (change: (model: Model) => Model): string =>
  serialiseModel(sealModel(change(exampleModel())));

/** The hash made to agree with whatever the text holds, where it is JSON. */
const sealedAgain = (text: string): string => {
  try {
    return JSON.stringify(sealModel(JSON.parse(text) as Model));
  } catch {
    return text;
  }
};

describe('a model document', () => {
  it('reads back what it wrote, to the byte', () => {
    const text = serialiseModel(exampleModel());
    expect(serialiseModel(parseModel(text))).toBe(text);
    expect(parseModel(text)).toEqual(exampleModel());
  });

  it('does not depend on the order of keys', () => {
    const model = exampleModel();
    const reversed = Object.fromEntries(Object.entries(model).reverse());
    expect(canonicalJson(reversed)).toBe(canonicalJson(model));
  });

  it('refuses matrices that do not fit what they belong to', () => {
    const widened = (change: Partial<Model['sources'][number]>): string =>
      codeOf(
        resealed((model) => ({
          ...model,
          sources: model.sources.map((source) => ({ ...source, ...change })),
        })),
      );
    const one = { rows: 1, cols: 1, type: 'f32', scale: 1, data: 'AACAPw==' } as const;
    const scale = { from: 0, by: 1 };
    expect(widened({ axes: one })).toBe('accepted');
    expect(widened({ features: [] })).toBe('MODEL-1004');
    expect(widened({ level: { scale, centres: one } })).toBe('MODEL-1004');
    expect(widened({ mix: { scale, centres: one } })).toBe('MODEL-1004');
    expect(widened({ forecast: { scale, loadings: one, sd: one } })).toBe('MODEL-1004');
  });

  it.each([
    ['no JSON at all', 'not a model', 'MODEL-1001'],
    ['JSON cut short', serialiseModel(exampleModel()).slice(0, -40), 'MODEL-1001'],
    ['nesting without end', '['.repeat(100_000), 'MODEL-1002'],
    ['a prototype key', '{"schema":"ethogram-model/2","__proto__":{"a":1}}', 'MODEL-1003'],
    ['a prototype key inside', '{"steps":[{"constructor":1}]}', 'MODEL-1003'],
    ['an unknown field', resealed((m) => ({ ...m, extra: 1 }) as Model), 'MODEL-1004'],
    ['a negative number of ticks', resealed((m) => ({ ...m, ticks: -1 })), 'MODEL-1004'],
    [
      'an infinite number',
      serialiseModel(exampleModel()).replace('"warn":3', '"warn":1e999'),
      'MODEL-1004',
    ],
    [
      'a changed threshold',
      serialiseModel(exampleModel()).replace('"warn":3', '"warn":9'),
      'MODEL-1005',
    ],
    ['another id', serialiseModel({ ...exampleModel(), id: '0'.repeat(16) }), 'MODEL-1005'],
    ['a schema of the future', '{"schema":"ethogram-model/99"}', 'MODEL-1006'],
    ['an empty document', '{}', 'MODEL-1004'],
    ['a null', 'null', 'MODEL-1004'],
  ])('refuses %s with %s', (_, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('refuses calibrations that a search by halves would misread', () => {
    const tail = { u: 0, beta: 1, xi: 0, exceedances: 50 };
    const withBins = (bins: [number, number][]) =>
      resealed((model) => ({
        ...model,
        sources: model.sources.map((source) => ({ ...source, calibration: { bins, tail } })),
      }));
    const ascending: [number, number][] = [
      [-3, 1],
      [0, 2],
      [7, 1],
    ];
    expect(codeOf(withBins(ascending))).toBe('accepted');
    expect(codeOf(withBins(ascending.toReversed()))).toBe('MODEL-1004');
    expect(
      codeOf(
        withBins([
          [0, 1],
          [0, 2],
        ]),
      ),
    ).toBe('MODEL-1004');
    expect(codeOf(withBins([[2 ** 31, 1]]))).toBe('MODEL-1004');
  });

  it('refuses any change of one character, or reads the same model', () => {
    const text = serialiseModel(exampleModel());
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length - 1 }),
        fc.integer({ min: 32, max: 126 }),
        (at, code) => {
          const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
          const outcome = codeOf(changed);
          if (outcome === 'accepted') expect(serialiseModel(parseModel(changed))).toBe(text);
          else expect(outcome).toMatch(/^MODEL-10\d\d$/);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses arbitrary text with a code, never with another error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(codeOf(text)).toMatch(/^MODEL-10\d\d$/);
      }),
    );
  });

  it(
    'that is damaged anyhow, and sealed again or not, is read or refused with a code',
    () => {
      const text = serialiseModel(exampleModel());
      const outcomes = new Set<string>();
      fc.assert(
        fc.property(mutated([text]), fc.boolean(), (bytes, again) => {
          const outcome = codeOf(again ? sealedAgain(bytes.toString()) : bytes.toString());
          outcomes.add(outcome);
          expect(outcome).toMatch(/^(accepted|MODEL-10\d\d)$/);
        }),
        { numRuns: fuzzRuns() },
      );
      // Also what stands behind the hash is looked at.
      expect(outcomes.size).toBeGreaterThan(2);
    },
    fuzzTimeoutMs(),
  );

  it('publishes a JSON Schema that names every field of a model', () => {
    expect(modelJsonSchema()).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(Object.keys(exampleModel())),
    });
  });
});
