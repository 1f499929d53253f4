import type { Block } from '@ethogram/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blockRow, emptyBlock, mapBlock, withoutSeries, withSeries } from './block-changes.js';

/** Something that learns from a recording and says of every tick of another how odd it is. */
export interface EstimatorSubject<Part> {
  /** What it can learn: one source, several series, all of which move; the same every time. */
  data(): Block;
  /** As {@link data}, with other numbers in the last rows: `oddFrom … end` have to be odd. */
  odd(): { readonly block: Block; readonly oddFrom: number };
  /** Learns; rejects with a coded error where it cannot. */
  fit(block: Block, seed: number): Promise<Part>;
  /** A number for every tick, high means odd; NaN where it has nothing to say. */
  score(part: Part, block: Block): Float64Array;
  /** The learned part as text and back. */
  save(part: Part): string;
  load(text: string): Part;
  /** Whether anything was learned at all. */
  fitted(part: Part): boolean;
  /** Bytes that the part takes in a model, and the most that were declared for its shape. */
  bytes(part: Part): { readonly used: number; readonly declared: number };
  /** Codes of the errors for no data and for data with NaN. */
  readonly errors: { readonly empty: string; readonly notFinite: string };
}

/**
 * The checks that every estimator passes (after river's `checks/common.py`): inputs stay as they
 * were, the order of features is irrelevant, features may appear or vanish, same seed same bytes,
 * save and load change nothing, high means odd, errors are clear, bytes are as declared.
 */
export function estimatorContract<Part>(name: string, subject: EstimatorSubject<Part>): void {
  const { score, save } = subject;
  const scores = (part: Part, block: Block): number[] => [...score(part, block)];

  describe(`${name} keeps the estimator contract`, () => {
    const given = subject.data();
    let part: Part;
    beforeAll(async () => {
      part = await subject.fit(given, 1);
    });

    it('learns from data that it can learn, and speaks of the rows after its warm-up', () => {
      expect(subject.fitted(part)).toBe(true);
      const said = scores(part, subject.data());
      expect(said).toHaveLength(subject.data().ts.length);
      expect(said.slice(-100).every((value) => Number.isFinite(value))).toBe(true);
    });

    it('leaves its inputs as they were, and what it learned when it scores', () => {
      const before = save(part);
      score(part, given);
      expect(given).toEqual(subject.data());
      expect(save(part)).toBe(before);
    });

    it('gives the same bytes for the same seed and data', async () => {
      expect(save(await subject.fit(subject.data(), 1))).toBe(save(part));
    });

    it('says the same after saving and loading, to the bit', () => {
      const loaded = subject.load(save(part));
      expect(scores(loaded, subject.odd().block)).toEqual(scores(part, subject.odd().block));
    });

    it('does not care in which order the features come', async () => {
      const turned = await subject.fit(mapBlock(subject.data(), 'reverse'), 1);
      expect(save(turned)).toBe(save(part));
      const { block } = subject.odd();
      expect(scores(part, mapBlock(block, 'reverse'))).toEqual(scores(part, block));
    });

    it('goes on where a feature appears that it never learned', () => {
      const { block } = subject.odd();
      expect(scores(part, withSeries(block, 'never.seen', 1e9))).toEqual(scores(part, block));
    });

    it('goes on where a feature vanishes, with numbers or with silence', () => {
      for (let series = 0; series < subject.data().series.length; series++) {
        const said = scores(part, withoutSeries(subject.data(), series));
        expect(said).toHaveLength(subject.data().ts.length);
        expect(said.every((value) => Number.isNaN(value) || Number.isFinite(value))).toBe(true);
      }
    });

    it('gives higher numbers to what is odd', () => {
      const { block, oddFrom } = subject.odd();
      const said = scores(part, block).slice(-(block.ts.length - oddFrom) / 2);
      const usual = scores(part, subject.data()).filter((value) => Number.isFinite(value));
      usual.sort((a, b) => a - b);
      const high = usual[Math.floor(0.99 * usual.length)] as number;
      expect(said.every((value) => value > high)).toBe(true);
    });

    it('refuses no data, and numbers that are not finite, with the code of each', async () => {
      await expect(subject.fit(emptyBlock(subject.data()), 1)).rejects.toMatchObject({
        code: subject.errors.empty,
      });
      const spoilt = mapBlock(subject.data(), (value, at) => (at === 5 ? Number.NaN : value));
      await expect(subject.fit(spoilt, 1)).rejects.toMatchObject({
        code: subject.errors.notFinite,
      });
    });

    it('makes nothing odd of what never moved, and no number that is not finite', async () => {
      const row = blockRow(subject.data(), 0);
      const still = mapBlock(subject.data(), (_value, at) => row[at % row.length] as number);
      const said = scores(await subject.fit(still, 1), still).filter(
        (value) => !Number.isNaN(value),
      );
      expect(said.every((value) => Number.isFinite(value))).toBe(true);
      expect(new Set(said).size).toBeLessThanOrEqual(1);
    });

    it('says nothing where nothing was learned', async () => {
      const few = await subject.fit(mapBlock(subject.data(), 'first', 40), 1);
      expect(subject.fitted(few)).toBe(false);
      expect(scores(few, subject.data()).every((value) => Number.isNaN(value))).toBe(true);
    });

    it('takes no more bytes than it declares', () => {
      const { used, declared } = subject.bytes(part);
      expect(used).toBeGreaterThan(0);
      expect(used).toBeLessThanOrEqual(declared);
      expect(declared).toBeLessThan(4 * used + 512);
    });
  });
}
